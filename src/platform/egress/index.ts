export type { Network } from './addresses.ts'
export type { HostResolver } from './dial.ts'
export { createEgress, type Egress, type EgressOptions, type EgressRequest, type EgressResponse } from './egress.ts'
export { readSyslogUrl, type SyslogSender, type SyslogTarget, syslogSender } from './syslog.ts'
