import type { Clock } from '../../lib/clock.ts'
import { type ErrorCode, GatewayError, toGatewayError } from '../../lib/errors.ts'
import type { Random } from '../../lib/random.ts'
import type { RuleFacts } from './condition.ts'
import type { TargetHealth } from './health.ts'
import { orderTargets, ruleThatHolds } from './order.ts'
import type { ModelIndex, ModelPlan, PlanRule } from './plan.ts'
import type { Attempt, Target } from './served.ts'

/** What walking from target to target needs. */
export interface Walk<Result> {
  readonly plan: ModelPlan
  readonly models: ModelIndex
  readonly health: TargetHealth
  readonly clock: Clock
  readonly random: Random
  readonly facts: RuleFacts
  readonly signal: AbortSignal
  /**
   * Whether another model may stand in for the one asked for: its name is that of a Model document. Asked right before it
   * would be tried; one that may not is passed over, as a fall-back and as what a rule names. Absent: all may.
   */
  readonly admits?: (model: string) => Promise<boolean>
  /** Every attempt is added here as it begins. */
  readonly attempts: Attempt[]
  /** Asks one target. Throws `GatewayError`; nothing of the answer may have reached the client by then. */
  readonly ask: (target: Target, attempt: Attempt, plan: ModelPlan) => Promise<Result>
}

/** However the policy is written, one operation makes no more attempts than this. */
const MAX_ATTEMPTS = 12
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 2_000

/**
 * Asks a model: its targets in order, again where the policy retries, then the models it falls back to. Gives the first
 * answer; throws the last error when there is none.
 */
export async function walkTargets<Result>(walk: Walk<Result>): Promise<Result> {
  const first = await tryPlan(walk, walk.plan)
  if (first.kind === 'answered') return first.result
  let last = first.error
  for (const name of walk.plan.fallbackTo) {
    const reason = fallbackReason(last.code)
    if (!reason || !walk.plan.fallbackOn.has(reason) || isOver(walk)) break
    const plan = walk.models.get(name)
    if (!plan || (await walk.admits?.(name)) === false || isOver(walk)) continue
    const tried = await tryPlan(walk, plan)
    if (tried.kind === 'answered') return tried.result
    last = tried.error
  }
  throw last
}

type Tried<Result> =
  | { readonly kind: 'answered'; readonly result: Result }
  | { readonly kind: 'failed'; readonly error: GatewayError }

async function tryPlan<Result>(walk: Walk<Result>, plan: ModelPlan): Promise<Tried<Result>> {
  const holding = ruleThatHolds(plan, walk.facts)
  const rule = holding && (await mayFollow(walk, holding)) ? holding : undefined
  const targets = orderTargets(plan, { health: walk.health, random: walk.random, rule })
  let error: GatewayError | undefined
  for (let count = 0; count < plan.attempts && targets.length > 0 && !isOver(walk); count++) {
    const target = targets[count % targets.length]
    if (!target) break
    if (count >= targets.length) await pauseBefore(walk, count - targets.length, error?.retryAfterMs)
    if (isOver(walk)) break
    const tried = await tryTarget(walk, { plan, target, standIn: standInOf(walk, { plan, target, rule }) })
    if (tried.kind === 'answered') return tried
    error = tried.error
    if (!isRetried(plan, error.code)) break
  }
  return {
    kind: 'failed',
    error: error ?? new GatewayError('upstream_error', { message: 'No target could be asked.' }),
  }
}

/** Not where it leads to a model that may not stand in. */
async function mayFollow<Result>(walk: Walk<Result>, { model }: PlanRule): Promise<boolean> {
  return model === undefined || (await walk.admits?.(model)) !== false
}

interface Way {
  readonly plan: ModelPlan
  readonly target: Target
  readonly rule: PlanRule | undefined
}

/** The Model in whose name a target is asked, where it is not the one asked for. */
function standInOf<Result>(walk: Walk<Result>, { plan, target, rule }: Way): string | undefined {
  if (rule?.model !== undefined && rule.targets.includes(target)) return rule.model
  return plan === walk.plan ? undefined : plan.name
}

interface Try {
  readonly plan: ModelPlan
  readonly target: Target
  readonly standIn: string | undefined
}

async function tryTarget<Result>(walk: Walk<Result>, { plan, target, standIn }: Try): Promise<Tried<Result>> {
  const attempt: Attempt = {
    target,
    standIn,
    startedAt: walk.clock.now(),
    startedTick: walk.clock.monotonic(),
    durationMs: 0,
    sent: false,
  }
  walk.attempts.push(attempt)
  walk.health.begin(target)
  try {
    return { kind: 'answered', result: await walk.ask(target, attempt, plan) }
  } catch (cause) {
    attempt.error = toGatewayError(cause)
    attempt.durationMs = walk.clock.monotonic() - attempt.startedTick
    // What is over is learnt from now: the answer of another target may stream for minutes.
    walk.health.settle([attempt])
    if (!(cause instanceof GatewayError)) throw cause
    return { kind: 'failed', error: cause }
  }
}

function isOver<Result>(walk: Walk<Result>): boolean {
  return walk.signal.aborted || walk.attempts.length >= MAX_ATTEMPTS
}

/** The same target again: after what it asked for, or a growing pause with jitter. */
function pauseBefore<Result>(walk: Walk<Result>, again: number, askedForMs: number | undefined): Promise<void> {
  const growing = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** again) * (0.5 + walk.random.fraction() / 2)
  const pauseMs = askedForMs === undefined ? growing : Math.min(askedForMs, LONGEST_PAUSE_MS)
  return walk.clock.sleep(pauseMs, walk.signal).catch(() => undefined)
}

function isRetried(plan: ModelPlan, code: ErrorCode): boolean {
  switch (code) {
    case 'upstream_rate_limited':
      return plan.retryOn.has('429')
    case 'upstream_error':
    case 'upstream_invalid':
    case 'upstream_overloaded':
    case 'upstream_auth':
      return plan.retryOn.has('5xx')
    case 'upstream_timeout':
      return plan.retryOn.has('timeout')
    case 'upstream_unreachable':
      return plan.retryOn.has('unreachable')
    default:
      return false
  }
}

function fallbackReason(code: ErrorCode): string | undefined {
  switch (code) {
    case 'upstream_error':
    case 'upstream_invalid':
    case 'upstream_auth':
    case 'upstream_unreachable':
    case 'upstream_overloaded':
    case 'upstream_timeout':
      return 'error'
    case 'upstream_rate_limited':
      return 'rate-limited'
    case 'context_length_exceeded':
      return 'context-length'
    case 'content_filtered':
      return 'content-filter'
    default:
      return undefined
  }
}
