import { type Decision, decide } from '../../governance/access/index.ts'
import {
  guardsFor,
  inspectAnswerTexts,
  inspectSegments,
  type Segment,
  type Verdict,
} from '../../governance/guardrails/index.ts'
import type { Caller, Resource, Scope } from '../../governance/identity/index.ts'
import { type Hold, type Reservation, reserve } from '../../governance/limits/index.ts'
import { type ErrorCode, GatewayError } from '../../lib/errors.ts'
import type { NanoUsd } from '../../lib/money.ts'
import { priceUsage } from '../../models/catalog/index.ts'
import { firstTargets, type ModelIndex, type ModelPlan, type Target } from '../../models/routing/index.ts'
import type { Coordinator } from '../../platform/coordination/index.ts'
import type { Snapshot } from '../snapshot.ts'

/** An operation to be rehearsed: what the gate would know of it. */
export interface RehearsedOperation {
  readonly caller: Caller
  readonly action: Parameters<typeof decide>[1]['action']
  readonly resource: Resource
  /** Epoch milliseconds. */
  readonly at: number
  readonly tokens: number
  readonly outputTokens: number
  readonly stream: boolean
  readonly tools: boolean
  readonly surface: string
  readonly segments: readonly Segment[]
  readonly phase: 'input' | 'output'
}

/** How a rehearsed operation would end. */
export interface Rehearsed {
  readonly outcome: 'allowed' | 'denied' | 'limited' | 'blocked' | 'rejected'
  readonly decision: Decision
  readonly error?: { readonly code: ErrorCode; readonly message: string }
  /** The limit or budget that refused. */
  readonly limit?: string
  readonly hold?: Hold
  /** What it would cost at most, nano-USD: what is held of budgets. */
  readonly cost?: NanoUsd
  readonly downgradedTo?: string
  readonly verdicts: readonly Verdict[]
  /** The texts as they would go on; the same where nothing is masked. */
  readonly texts: readonly string[]
  /** The targets of which one is asked first. */
  readonly targets: readonly string[]
  readonly wouldHave: readonly string[]
}

const MOST_DOWNGRADES = 3

/** Lets an operation happen by a snapshot, without any upstream: authorised, held, inspected, routed, in the gate's order. */
export async function rehearse(
  snapshot: Snapshot,
  coordinator: Coordinator,
  operation: RehearsedOperation,
): Promise<Rehearsed> {
  const { caller, action, resource, at } = operation
  const { tokens, stream, tools, surface } = operation
  const context = { nowMs: at, tokens, stream, tools, model: resource.name, surface }
  const decision = decide(snapshot.access, { caller, action, resource, context })
  const texts = operation.segments.map((segment) => segment.text)
  const begun = { decision, verdicts: [], texts, targets: [], wouldHave: decision.wouldHave ?? [] }
  if (decision.effect === 'deny') {
    return { ...begun, outcome: 'denied', error: { code: 'access_denied', message: decision.reason } }
  }
  if (resource.kind === 'model' && action === 'use' && !snapshot.models.get(resource.name)) {
    const message = `There is no model ${resource.name}.`
    return { ...begun, outcome: 'rejected', error: { code: 'model_not_found', message } }
  }
  const held = await holdFor(snapshot, coordinator, operation)
  if (held.kind === 'refused') {
    const { error } = held
    const limit = error.facts?.limit
    const told = { code: error.code, message: error.publicMessage }
    return { ...begun, outcome: 'limited', error: told, ...(limit === undefined ? {} : { limit: String(limit) }) }
  }
  const wouldHave = [...begun.wouldHave, ...held.hold.wouldHave]
  const { downgradedTo } = held
  const model = downgradedTo ?? resource.name
  const kept = {
    ...begun,
    wouldHave,
    hold: held.hold,
    cost: held.cost,
    ...(downgradedTo === undefined ? {} : { downgradedTo }),
  }
  return {
    ...kept,
    ...(await inspected(snapshot, operation)),
    targets: targetsOf(snapshot.models.get(model), operation),
  }
}

async function inspected(
  { guardrails }: Snapshot,
  { caller, resource, segments, phase }: RehearsedOperation,
): Promise<Pick<Rehearsed, 'outcome' | 'verdicts' | 'texts' | 'error'>> {
  const guards = guardsFor(guardrails, scopesOf(caller, resource))
  const found = await (phase === 'input'
    ? inspectSegments(guards, 'input', segments)
    : inspectAnswerTexts(guards, segments))
  const texts = segments.map((segment, number) => found.replaced.get(number) ?? segment.text)
  const { verdicts, blocked } = found
  if (!blocked) return { outcome: 'allowed', verdicts, texts }
  return { outcome: 'blocked', verdicts, texts, error: { code: 'content_blocked', message: blocked.message } }
}

type Held =
  | { readonly kind: 'held'; readonly hold: Hold; readonly cost: NanoUsd; readonly downgradedTo?: string }
  | { readonly kind: 'refused'; readonly error: GatewayError }

/** Holds what the operation would, following a spent budget to the cheaper model that it names. */
async function holdFor(snapshot: Snapshot, coordinator: Coordinator, operation: RehearsedOperation): Promise<Held> {
  const { caller, resource, tokens, outputTokens, at } = operation
  let name = resource.name
  try {
    for (let downgrades = 0; ; downgrades++) {
      const cost = costOf(snapshot.models, name, operation)
      const reservation: Reservation = await reserve({
        index: snapshot.limits,
        coordinator,
        caller,
        resource: { kind: resource.kind, name },
        estimate: { inputTokens: tokens, outputTokens, cost },
        nowMs: at,
      })
      if (reservation.kind === 'held') {
        return { kind: 'held', hold: reservation, cost, ...(name === resource.name ? {} : { downgradedTo: name }) }
      }
      const { to, budget } = reservation
      const isAllowed = downgrades < MOST_DOWNGRADES && mayUse(snapshot, operation, to)
      if (!isAllowed)
        return { kind: 'refused', error: new GatewayError('budget_exceeded', { facts: { limit: budget } }) }
      name = to
    }
  } catch (cause) {
    if (cause instanceof GatewayError) return { kind: 'refused', error: cause }
    throw cause
  }
}

function mayUse({ access }: Snapshot, operation: RehearsedOperation, model: string): boolean {
  const { caller, at, tokens, stream, tools, surface } = operation
  const context = { nowMs: at, tokens, stream, tools, model, surface }
  return decide(access, { caller, action: 'use', resource: { kind: 'model', name: model }, context }).effect === 'allow'
}

/** What an operation would cost at most: on the dearest target that may come to answer. */
export function costOf(
  models: ModelIndex,
  model: string,
  operation: Pick<RehearsedOperation, 'tokens' | 'outputTokens'>,
): NanoUsd {
  const plan = models.get(model)
  if (!plan) return 0
  const usage = { inputTokens: operation.tokens, outputTokens: operation.outputTokens }
  const own = (one: ModelPlan): readonly Target[] => [...one.targets, ...one.rules.flatMap((rule) => rule.targets)]
  const reached = [plan, ...plan.fallbackTo.flatMap((name) => models.get(name) ?? [])].flatMap(own)
  return Math.max(0, ...reached.map(({ price }) => (price ? priceUsage(price.price, usage).cost : 0)))
}

/** `org`, then the chain of the caller from the outside in, then the resource. */
export function scopesOf(caller: Caller, resource: Resource): readonly Scope[] {
  const scopes = ['org', ...caller.teams.toReversed().map((team) => `team:${team}`)]
  for (const dimension of ['app', 'agent', 'user', 'key'] as const) {
    if (caller[dimension] !== undefined) scopes.push(`${dimension}:${caller[dimension]}`)
  }
  return [...scopes, `${resource.kind}:${resource.name}`]
}

function targetsOf(plan: ModelPlan | undefined, operation: RehearsedOperation): readonly string[] {
  if (!plan) return []
  const { tokens, outputTokens, tools, stream, resource } = operation
  const facts = { tokens: tokens + outputTokens, tools, stream, model: resource.name }
  return firstTargets(plan, facts).map(({ id }) => id)
}
