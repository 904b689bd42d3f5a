import type { OperationRecord, Outcome, RecordedAttempt, RecordedTokens } from '../governance/usage/index.ts'
import type { ErrorCode } from '../lib/errors.ts'
import type { Attempt } from '../models/routing/index.ts'
import type { Exchange, Metered } from './exchange.ts'
import { costOfUsage } from './price.ts'

/** Settles the hold, writes the one record, and reports. Called by `Exchange.close` alone. */
export function closeExchange(exchange: Exchange, outcome: Outcome): void {
  const { gate } = exchange
  exchange.timings.overhead = overheadMs(exchange)
  settle(exchange)
  gate.health.settle(exchange.attempts)
  keepAnswer(exchange, outcome)
  const record = recordOf(exchange, outcome)
  gate.ledger.append(record)
  gate.report(record, exchange.trace)
}

/** Milliseconds the gate itself has added so far: all time since the first byte, less what upstreams took. */
export function overheadMs(exchange: Exchange): number {
  return Math.max(0, exchange.gate.clock.monotonic() - exchange.operation.incoming.receivedAt - exchange.othersMs)
}

function settle(exchange: Exchange): void {
  const { hold, metered } = exchange
  if (!hold) return
  const tokens = metered.input + metered.output
  const settled = tokens === 0 && metered.cost === 0 ? hold.release() : hold.settle({ tokens, cost: metered.cost })
  // A shared coordinator that is away is its own affair: the operation is over and must be recorded.
  if (settled instanceof Promise) settled.catch(() => undefined)
}

/** The outcome that an error stands for. */
export function outcomeOf(code: ErrorCode): Outcome {
  switch (code) {
    case 'unauthenticated':
    case 'key_expired':
    case 'key_revoked':
    case 'sign_in_failed':
    case 'second_factor_required':
    case 'session_ended':
    case 'csrf_refused':
    case 'password_change_required':
    case 'step_up_required':
    case 'access_denied':
    case 'price_unknown':
      return 'denied'
    case 'rate_limited':
    case 'concurrency_limited':
    case 'budget_exceeded':
    case 'overloaded':
    case 'draining':
      return 'limited'
    case 'content_blocked':
      return 'blocked'
    case 'client_closed':
      return 'client_closed'
    case 'internal':
    case 'not_ready':
    case 'content_filtered':
    case 'upstream_rejected':
    case 'upstream_rate_limited':
    case 'upstream_error':
    case 'upstream_invalid':
    case 'upstream_auth':
    case 'upstream_unreachable':
    case 'upstream_overloaded':
    case 'upstream_timeout':
      return 'failed'
    default:
      return 'rejected'
  }
}

function recordOf(exchange: Exchange, outcome: Outcome): OperationRecord {
  const { caller, grant, served, error, operation } = exchange
  const { headers } = operation.incoming
  return {
    id: exchange.id,
    requestId: exchange.requestId,
    traceId: exchange.trace.traceId,
    decisionId: exchange.decisionId,
    at: exchange.startedAt,
    durationMs: round(exchange.gate.clock.monotonic() - operation.incoming.receivedAt),
    kind: operation.kind,
    surface: operation.surface,
    outcome,
    status: exchange.status,
    error: error && { code: error.code, message: error.publicMessage, detail: error.internalDetail },
    principal: caller?.principal,
    key: caller?.key,
    app: caller?.app,
    user: caller?.user,
    team: caller?.team,
    teams: caller?.teams ?? [],
    modelAsked: bounded(exchange.call?.facts.model),
    provider: served?.target.provider.name,
    modelServed: served?.target.model,
    attempts: exchange.attempts.map(recordedAttempt),
    tokens: tokensOf(exchange.metered),
    cost: exchange.metered.cost,
    priceVersion: exchange.metered.priceVersion,
    priceKnown: exchange.metered.priceKnown,
    timings: roundedTimings(exchange),
    decision: grant
      ? { effect: grant.decision.effect, rules: grant.decision.rules, reason: grant.decision.reason }
      : { effect: 'none', rules: [] },
    revision: exchange.snapshot.revision,
    verdicts: exchange.verdicts,
    cache: exchange.cache,
    stream: exchange.streamed,
    run: bounded(headers.get('x-gatehouse-run')),
    session: bounded(headers.get('x-gatehouse-session')),
    tags: exchange.tags,
    warnings: exchange.warnings,
    wouldHave: wouldHave(exchange),
    node: exchange.gate.node,
    content: contentOf(exchange),
  }
}

/** Whoever repeats the request gets this answer, if it was one. */
function keepAnswer(exchange: Exchange, outcome: Outcome): void {
  const { claim, transcript, status } = exchange
  // A stream in another frame than SSE was written along before it was framed.
  const isPlain = !exchange.streamed || transcript?.contentType.startsWith('text/event-stream')
  const body = outcome === 'succeeded' && isPlain ? transcript?.complete() : undefined
  claim?.end(body === undefined || !transcript ? undefined : { status, contentType: transcript.contentType, body })
}

function contentOf({ capturedRequest, transcript, grant }: Exchange): OperationRecord['content'] {
  if (capturedRequest === undefined) return undefined
  return { request: capturedRequest, answer: transcript?.excerpt(), retainMs: grant?.capture.retainMs }
}

/** What policies in monitor mode would have done; absent where there is none, as almost always. */
function wouldHave({ grant, hold }: Exchange): readonly string[] | undefined {
  const decided = grant?.decision.wouldHave ?? []
  const held = hold?.wouldHave ?? []
  return decided.length + held.length === 0 ? undefined : [...decided, ...held]
}

function tokensOf(metered: Metered): RecordedTokens {
  const { input, output, cacheRead, cacheWrite, reasoning, partial } = metered
  return { input, output, cacheRead, cacheWrite, reasoning, partial }
}

function recordedAttempt(attempt: Attempt): RecordedAttempt {
  const { target, usage } = attempt
  return {
    provider: target.provider.name,
    model: target.model,
    startedAt: attempt.startedAt,
    durationMs: round(attempt.durationMs),
    firstTokenMs: attempt.firstTokenMs === undefined ? undefined : round(attempt.firstTokenMs),
    status: attempt.status,
    error: attempt.error?.code,
    cost: usage ? (costOfUsage(target, usage) ?? 0) : 0,
  }
}

const MAX_LABEL_CHARACTERS = 256

function bounded(label: string | null | undefined): string | undefined {
  return label ? label.slice(0, MAX_LABEL_CHARACTERS) : undefined
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 1_000) / 1_000
}

function roundedTimings(exchange: Exchange): Record<string, number> {
  const { timings } = exchange
  let step: keyof typeof timings
  for (step in timings) timings[step] = round(timings[step] ?? 0)
  return timings as Readonly<Record<string, number>>
}
