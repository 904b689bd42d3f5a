import { bodyOf, factsOf, type SiemEvent } from './event.ts'

/** How events are written. */
export const SIEM_FORMATS = ['ndjson', 'cef', 'ocsf', 'otlp'] as const
/** One of {@link SIEM_FORMATS}. */
export type SiemFormat = (typeof SIEM_FORMATS)[number]

/** An event as one line in a format; `otlp` has none, see {@link otlpLogs}. */
export function lineOf(format: Exclude<SiemFormat, 'otlp'>, event: SiemEvent): string {
  switch (format) {
    case 'ndjson':
      return JSON.stringify({ type: `gatehouse.${event.kind}`, ...bodyOf(event) })
    case 'cef':
      return cefOf(event)
    case 'ocsf':
      return JSON.stringify(ocsfOf(event))
  }
}

const CEF_SEVERITY = { 1: 2, 2: 4, 3: 6, 4: 8 } as const

/** Common Event Format, version 0 (ArcSight, "Implementing ArcSight CEF"): headers escape `|` and `\`, values `=` and `\`. */
function cefOf(event: SiemEvent): string {
  const { id, at, action, actor, object, address, reason, isSuccess, severity } = factsOf(event)
  const header = (text: string) => text.replace(/[\\|]/g, '\\$&').replace(/[\r\n]+/g, ' ')
  const value = (text: string) => text.replace(/[\\=]/g, '\\$&').replace(/\r?\n/g, '\\n')
  const extension: Readonly<Record<string, string | undefined>> = {
    rt: String(at),
    externalId: id,
    suser: actor,
    act: action,
    outcome: event.kind === 'operation' ? event.record.outcome : isSuccess ? 'success' : 'failure',
    src: address,
    reason,
    cs1Label: object === '' ? undefined : 'object',
    cs1: object === '' ? undefined : object,
    request: event.kind === 'audit' ? event.entry.requestId : event.record.requestId,
  }
  const told = Object.entries(extension).filter(([, text]) => text !== undefined)
  const names = ['Gatehouse', 'Gatehouse', '0', action, `${action} ${object}`.trim()].map(header).join('|')
  return `CEF:0|${names}|${CEF_SEVERITY[severity]}|${told.map(([name, text = '']) => `${name}=${value(text)}`).join(' ')}`
}

const API_ACTIVITY = 6_003
const OCSF_ACTIVITIES: readonly (readonly [RegExp, number])[] = [
  [/\.(create|lay)$/, 1],
  [/\.(read|export|reveal)$/, 2],
  [/\.(change|apply|rollback|write|rotate|bind)$/, 3],
  [/\.(delete|revoke|erase|expire|lift)$/, 4],
]

/** Open Cybersecurity Schema Framework 1.3, class API Activity (schema.ocsf.io/1.3.0/classes/api_activity). */
function ocsfOf(event: SiemEvent): object {
  const { id, at, action, actor, object, address, reason, isSuccess, severity } = factsOf(event)
  const activity = OCSF_ACTIVITIES.find(([pattern]) => pattern.test(action))?.[1] ?? 99
  return {
    class_uid: API_ACTIVITY,
    category_uid: 6,
    activity_id: activity,
    type_uid: API_ACTIVITY * 100 + activity,
    time: at,
    severity_id: severity,
    status_id: isSuccess ? 1 : 2,
    ...(reason !== undefined && { status_detail: reason }),
    metadata: { version: '1.3.0', uid: id, product: { name: 'Gatehouse', vendor_name: 'Gatehouse' } },
    actor: { user: { name: actor, type_id: 0 } },
    api: { operation: action, service: { name: event.kind === 'audit' ? 'control plane' : 'gate' } },
    src_endpoint: address === undefined ? { name: 'unknown' } : { ip: address },
    ...(object !== '' && { resources: [{ name: object }] }),
    unmapped: bodyOf(event),
  }
}

const OTLP_SEVERITY = { 1: 9, 2: 10, 3: 13, 4: 17 } as const

/** A body of OTLP over HTTP, JSON (opentelemetry.io/docs/specs/otlp, ExportLogsServiceRequest). */
export function otlpLogs(events: readonly SiemEvent[], serviceName: string): object {
  const text = (key: string, stringValue: string) => ({ key, value: { stringValue } })
  const logRecords = events.map((event) => {
    const { id, at, action, actor, object, severity } = factsOf(event)
    return {
      timeUnixNano: `${at}000000`,
      severityNumber: OTLP_SEVERITY[severity],
      eventName: `gatehouse.${event.kind}`,
      body: { stringValue: JSON.stringify(bodyOf(event)) },
      attributes: [text('event.id', id), text('action', action), text('user.name', actor), text('object', object)],
    }
  })
  const resource = { attributes: [text('service.name', serviceName)] }
  return { resourceLogs: [{ resource, scopeLogs: [{ scope: { name: 'gatehouse' }, logRecords }] }] }
}
