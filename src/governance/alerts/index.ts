export { type AlertSpec, alertKind } from './alert.kind.ts'
export { ALERT_MIGRATIONS, type AlertRow } from './alerts.store.ts'
export { type AlertOptions, type Alerts, createAlerts, TELL } from './alerts.ts'
export type { Firing, SignalSources } from './signals.ts'
