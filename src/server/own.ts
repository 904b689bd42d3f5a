import type { ControlIncoming } from '../control/index.ts'
import type { AnchoringStatus } from '../governance/audit/index.ts'
import type { Ledger } from '../governance/usage/index.ts'
import { GatewayError } from '../lib/errors.ts'
import { readAll } from '../lib/stream.ts'
import type { TargetHealth } from '../models/routing/index.ts'
import type { MetricsRegistry } from '../platform/telemetry/index.ts'
import type { Policy } from '../policy/index.ts'
import type { Admission } from './admission.ts'
import type { WebApp } from './static.ts'

/** What the gateway's own addresses tell of. */
export interface OwnParts {
  /** Absent where this process has no control plane. */
  readonly control: ((incoming: ControlIncoming) => Promise<Response>) | undefined
  readonly metrics: MetricsRegistry
  readonly policy: Policy
  readonly ledger: Ledger
  readonly auditing: () => readonly AnchoringStatus[]
  readonly admission: Admission
  readonly health: TargetHealth
  readonly node: string
  /** Absent where it has not been built, and where this process has no control plane. */
  readonly webApp: WebApp | undefined
}

/** Answers one of the gateway's own addresses; undefined: it is none. `address` is asked for only where it matters. */
export type Own = (
  request: Request,
  path: string,
  address: () => string | undefined,
) => Promise<Response> | Response | undefined

/** Answers what is not a surface: health, metrics, the control plane. */
export function ownAddresses(parts: OwnParts): Own {
  watch(parts)
  return (request, path, address) => {
    if (parts.control && /^\/(?:api|schemas|scim)\//.test(path))
      return ask(parts.control, request, { path, address: address() })
    if (path === '/healthz') return Response.json({ status: 'ok', node: parts.node })
    if (path === '/readyz') return ready(parts)
    if (path === '/metrics') {
      return new Response(parts.metrics.expose(), {
        headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
      })
    }
    return parts.webApp?.(request, path)
  }
}

/** Ready means: calls are decided by a policy and will be recorded. The reasons stand in the answer either way. */
function ready({ policy, ledger, admission, auditing }: OwnParts): Response {
  const state = policy.status()
  const journal = ledger.status()
  const draining = admission.isDraining()
  const isReady = !draining && journal.accepting && policy.holder.peek() !== undefined
  const reasons = [
    ...(draining ? ['draining'] : []),
    ...(journal.accepting ? [] : ['the journal does not take records']),
    ...(journal.setAside > 0 ? [`records refused by the store and missing from the usage: ${journal.setAside}`] : []),
    ...auditing().flatMap(({ broken }) =>
      broken === undefined ? [] : [`the audit log is not what it was: ${broken}`],
    ),
    ...state.faults.map((fault) => `${fault.source}: ${fault.message}`),
  ]
  return Response.json(
    { status: isReady ? 'ready' : 'not-ready', revision: state.revision, reasons },
    { status: isReady ? 200 : 503 },
  )
}

type Control = (incoming: ControlIncoming) => Promise<Response>

function ask(
  control: Control,
  request: Request,
  { path, address }: Pick<ControlIncoming, 'path' | 'address'>,
): Promise<Response> {
  const url = new URL(request.url)
  return control({
    method: request.method,
    path,
    address,
    query: url.searchParams,
    headers: request.headers,
    text: async (maxBytes) => {
      const bytes = await readAll(request.body, {
        maxBytes,
        signal: request.signal,
        tooLarge: () => new GatewayError('payload_too_large'),
      })
      return new TextDecoder().decode(bytes)
    },
  })
}

/** What is looked at rather than counted. */
function watch({ metrics, admission, policy, ledger, health, auditing }: OwnParts): void {
  const open = metrics.gauge({ name: 'gatehouse_operations_open', help: 'Operations in flight.' }).labels()
  const memory = metrics.gauge({ name: 'process_resident_memory_bytes', help: 'Resident memory.' }).labels()
  const faults = metrics.gauge({ name: 'gatehouse_policy_faults', help: 'What is wrong with policy now.' }).labels()
  const waiting = metrics
    .gauge({ name: 'gatehouse_journal_backlog_bytes', help: 'Journal not yet confirmed by the shared store.' })
    .labels()
  const refused = metrics
    .gauge({
      name: 'gatehouse_ledger_set_aside',
      help: 'Records since the start that the store refused; 0 when all is well.',
    })
    .labels()
  const cooling = metrics.gauge({
    name: 'gatehouse_target_cooling',
    help: '1 while a target is in cool-down.',
    labels: ['target'],
  })
  const broken = metrics
    .gauge({ name: 'gatehouse_audit_broken', help: '1 when the audit log is not what was signed before.' })
    .labels()
  const unanchored = metrics.gauge({
    name: 'gatehouse_audit_anchor_failures',
    help: 'Failures in a row to hand checkpoints to an anchor; 0 when all is well.',
    labels: ['log', 'anchor'],
  })
  metrics.onScrape(() => {
    const logs = auditing()
    broken.set(logs.some((log) => log.broken !== undefined) ? 1 : 0)
    for (const { log, anchors } of logs)
      for (const anchor of anchors) unanchored.labels(log, anchor.name).set(anchor.failures)
    open.set(admission.open())
    memory.set(process.memoryUsage.rss())
    faults.set(policy.status().faults.length)
    const journal = ledger.status()
    waiting.set(journal.backlogBytes)
    refused.set(journal.setAside)
    for (const report of health.report()) cooling.labels(report.target).set(report.state === 'cooling' ? 1 : 0)
  })
}
