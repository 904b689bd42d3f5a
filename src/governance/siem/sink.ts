import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Clock } from '../../lib/clock.ts'
import { GatewayError } from '../../lib/errors.ts'
import { syslogLine } from '../../lib/syslog.ts'
import { type Egress, readSyslogUrl, syslogSender } from '../../platform/egress/index.ts'
import { factsOf, type SiemEvent } from './event.ts'
import { lineOf, otlpLogs, SIEM_FORMATS, type SiemFormat } from './formats.ts'

/** Where events go, and how they are written. */
export interface Destination {
  readonly format: SiemFormat
  /** `file:/…`, `https://…`, `syslog+tls://…`. */
  readonly place: string
}

/** Sends events; resolves when the place has taken them. */
export type Sink = (events: readonly SiemEvent[]) => Promise<void>

/** What sinks need of the world. */
export interface SinkTools {
  readonly egress: Egress
  readonly clock: Clock
  /** How this node is called in messages. */
  readonly host: string
  readonly serviceName: string
  /** Headers of HTTP calls: credentials of collectors. */
  readonly headers: Readonly<Record<string, string>>
  readonly extraCa?: string | undefined
}

const TIMEOUT_MS = 15_000
const LONGEST_ANSWER = 65_536

/** Reads `<format>=<place>`; undefined when it is none. OTLP goes over HTTP alone. */
export function readDestination(text: string): Destination | undefined {
  const at = text.indexOf('=')
  const format = SIEM_FORMATS.find((name) => name === text.slice(0, at))
  const place = text.slice(at + 1)
  const isHttp = /^https?:\/\/\S+$/.test(place) && URL.canParse(place)
  if (!format || !(isHttp || (format !== 'otlp' && (/^file:\/\S+$/.test(place) || readSyslogUrl(place)))))
    return undefined
  return { format, place }
}

/** Makes the sink of a destination. */
export function sinkOf({ format, place }: Destination, tools: SinkTools): Sink {
  if (format === 'otlp')
    return (events) =>
      post(place, tools, { type: 'application/json', body: JSON.stringify(otlpLogs(events, tools.serviceName)) })
  const lines = (events: readonly SiemEvent[]) => events.map((event) => lineOf(format, event))
  const target = readSyslogUrl(place)
  if (target) {
    const sender = syslogSender({ target, clock: tools.clock, extraCa: tools.extraCa })
    return (events) => sender.send(events.map((event) => framed(event, lineOf(format, event), tools.host)))
  }
  const text = (events: readonly SiemEvent[]) => `${lines(events).join('\n')}\n`
  if (place.startsWith('file:')) return (events) => append(fileURLToPath(place), text(events))
  const type = format === 'cef' ? 'text/plain; charset=utf-8' : 'application/x-ndjson'
  return (events) => post(place, tools, { type, body: text(events) })
}

const SYSLOG_SEVERITY = { 1: 6, 2: 5, 3: 4, 4: 3 } as const

function framed(event: SiemEvent, text: string, host: string): string {
  const { at, severity } = factsOf(event)
  return syslogLine({ at, host, app: 'gatehouse', id: event.kind, severity: SYSLOG_SEVERITY[severity], text })
}

async function append(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const file = await open(path, 'a', 0o640)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

interface Posted {
  readonly type: string
  readonly body: string
}

async function post(url: string, { egress, clock, headers }: SinkTools, { type, body }: Posted): Promise<void> {
  const enough = new AbortController()
  const timer = clock.schedule(TIMEOUT_MS, () => enough.abort(new DOMException('no answer', 'TimeoutError')))
  try {
    // Whoever sets the gateway's environment may name any address.
    const network = 'private'
    const sent = { ...headers, 'content-type': type }
    const answer = await egress.send({ url, method: 'POST', headers: sent, body, network, signal: enough.signal })
    await answer.bytes(LONGEST_ANSWER)
    if (answer.status >= 200 && answer.status < 300) return
    throw new GatewayError('upstream_invalid', { internalDetail: `the collector answered ${answer.status}` })
  } finally {
    timer.cancel()
  }
}
