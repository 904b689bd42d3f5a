import { type Decision, decide } from '../../governance/access/index.ts'
import type { Caller } from '../../governance/identity/index.ts'
import { reserve } from '../../governance/limits/index.ts'
import type { RecordedFacts } from '../../governance/usage/index.ts'
import { GatewayError } from '../../lib/errors.ts'
import { priceUsage } from '../../models/catalog/index.ts'
import { type InProcessCoordinator, isPending } from '../../platform/coordination/index.ts'
import type { DocumentSet } from '../../platform/documents/index.ts'
import type { Snapshot } from '../snapshot.ts'
import { callersIn } from './callers.ts'
import { inFlight } from './in-flight.ts'
import { recordedGuardrails } from './recorded-guardrails.ts'

/** How an operation would have ended by one of the two policies. */
export interface SideOutcome {
  readonly outcome: 'allowed' | 'downgraded' | 'denied' | 'limited' | 'blocked' | 'unknown'
  /** The grants, limit, budget or guardrail that decided; a sentence where none did. */
  readonly by: string
  readonly guardrailsUnknown: boolean
}

/** One of two policies that the same operations are replayed by. */
export interface Side {
  readonly ask: (record: RecordedFacts) => SideOutcome
}

/** What a side is made from. */
export interface SideOptions {
  readonly snapshot: Snapshot
  /** The documents that counted when the records were written, as far as anybody knows: those that count now. */
  readonly recordedBy: DocumentSet
  readonly coordinator: InProcessCoordinator
}

/** Makes a side whose counters are those of `coordinator`. */
export function sideOf({ snapshot, recordedBy, coordinator }: SideOptions): Side {
  const callerOf = callersIn(snapshot)
  const guardrails = recordedGuardrails(snapshot, recordedBy)
  const running = inFlight()
  const ask = (record: RecordedFacts): SideOutcome => {
    const recalled = callerOf(record)
    if (recalled.kind === 'unknown')
      return { outcome: 'unknown', by: 'nobody was recognised', guardrailsUnknown: false }
    if (recalled.kind === 'refused') return { outcome: 'denied', by: recalled.by, guardrailsUnknown: false }
    const { caller, scopes } = recalled
    const decision = decideOn(snapshot, caller, record)
    if (decision.effect === 'deny')
      return { outcome: 'denied', by: decision.rules.join(', ') || 'no grant', guardrailsUnknown: false }
    if (!snapshot.models.get(record.modelAsked ?? '')) {
      return { outcome: 'denied', by: `there is no model ${record.modelAsked}`, guardrailsUnknown: false }
    }
    running.settleUntil(record.at)
    const held = hold({ snapshot, coordinator, caller, record })
    if (held.kind === 'limited') return { outcome: 'limited', by: held.by, guardrailsUnknown: false }
    if (held.hold) running.add({ ...held, hold: held.hold, endsAt: record.at + record.durationMs })
    const { blockedBy, unknown } = guardrails(record, scopes)
    if (blockedBy !== undefined) return { outcome: 'blocked', by: blockedBy, guardrailsUnknown: false }
    const outcome = held.downgradedBy === undefined ? 'allowed' : 'downgraded'
    return { outcome, by: held.downgradedBy ?? decision.rules.join(', '), guardrailsUnknown: unknown }
  }
  return { ask }
}

function decideOn({ access }: Snapshot, caller: Caller, record: RecordedFacts): Decision {
  const { at, tokens, stream, surface, modelAsked = '' } = record
  const context = { nowMs: at, tokens: tokens.input, stream, surface, model: modelAsked }
  return decide(access, { caller, action: 'use', resource: { kind: 'model', name: modelAsked }, context })
}

type Held =
  | { readonly kind: 'limited'; readonly by: string }
  | {
      readonly kind: 'held'
      readonly hold?: ReturnType<typeof holdOf>
      readonly tokens: number
      readonly cost: number
      readonly downgradedBy?: string
    }

interface Holding {
  readonly snapshot: Snapshot
  readonly coordinator: InProcessCoordinator
  readonly caller: Caller
  readonly record: RecordedFacts
}

function holdOf(answer: Exclude<ReturnType<typeof reserve>, Promise<unknown>>) {
  return answer.kind === 'held' ? answer : undefined
}

/** Holds what the operation really took: what was estimated when it began is known to nobody any more. */
function hold({ snapshot, coordinator, caller, record }: Holding): Held {
  const cost = costOf(snapshot, record)
  const tokens = record.tokens.input + record.tokens.output
  try {
    const answer = reserve({
      index: snapshot.limits,
      coordinator,
      caller,
      resource: { kind: 'model', name: record.modelAsked ?? '' },
      estimate: { inputTokens: record.tokens.input, outputTokens: record.tokens.output, cost },
      run: record.run,
      nowMs: record.at,
    })
    if (isPending(answer)) throw new TypeError('counters in memory answer at once')
    const downgraded = answer.kind === 'downgrade' ? { downgradedBy: `${answer.budget} chooses ${answer.to}` } : {}
    return { kind: 'held', hold: holdOf(answer), tokens, cost, ...downgraded }
  } catch (cause) {
    if (cause instanceof GatewayError) return { kind: 'limited', by: String(cause.facts?.limit ?? cause.code) }
    throw cause
  }
}

/** What an operation would have cost at this side's prices; as it did where its target has none here. */
function costOf({ models }: Snapshot, record: RecordedFacts): number {
  if (record.cost === 0 || record.attempts.length !== 1) return record.cost
  const id = `${record.provider}/${record.modelServed}`
  const target = models.get(record.modelAsked ?? '')?.targets.find((one) => one.id === id)
  if (!target?.price || target.price.version === record.priceVersion) return record.cost
  const { input, output, cacheRead, cacheWrite, reasoning } = record.tokens
  const usage = {
    inputTokens: input,
    outputTokens: output,
    cacheReadTokens: cacheRead,
    cacheWriteTokens: cacheWrite,
    reasoningTokens: reasoning,
  }
  return priceUsage(target.price.price, usage).cost
}
