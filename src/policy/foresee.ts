import { spentOfBudgets } from '../governance/limits/index.ts'
import type { Ledger } from '../governance/usage/index.ts'
import type { Clock } from '../lib/clock.ts'
import { GatewayError } from '../lib/errors.ts'
import type { Problem } from '../platform/documents/index.ts'
import { adviceOn, priceAdvice } from './advice.ts'
import type { Changes } from './changes.ts'
import type { Compile } from './compile.ts'
import type { Effect } from './effects/effect.ts'
import { effectsOf } from './effects/effects.ts'
import type { SnapshotHolder } from './holder.ts'
import type { Change, Intent } from './plan.ts'
import { type ReplayResult, replay } from './replay/replay.ts'

/** What a change would come to. */
export interface Foresight {
  readonly changes: readonly Change[]
  readonly unchanged: number
  readonly effects: readonly Effect[]
  /** What would be valid and is most likely not meant. */
  readonly warnings: readonly Problem[]
  /** Only where a replay was asked for. */
  readonly replay?: ReplayResult
}

/** How far a change is looked into. */
export interface ForesightOptions {
  /** Replay what was recorded in so many milliseconds before now. */
  readonly replayMs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** What looking into a change needs. */
export interface ForesightTools {
  readonly changes: Pick<Changes, 'plan'>
  readonly compile: Compile
  readonly holder: SnapshotHolder
  readonly clock: Clock
  readonly ledger?: Pick<Ledger, 'between' | 'spentSince'> | undefined
}

const MOST_WARNINGS = 1_000

/** Looks into changes; replays one at a time, for each keeps a core busy. Throws `overloaded` while another replays. */
export function foreseer(tools: ForesightTools): (intent: Intent, options?: ForesightOptions) => Promise<Foresight> {
  let replays = false
  return async (intent, options = {}) => {
    if (options.replayMs === undefined) return foresee(tools, intent, options)
    if (replays) throw new GatewayError('overloaded', { message: 'Another replay is running. Try again shortly.' })
    replays = true
    try {
      return await foresee(tools, intent, options)
    } finally {
      replays = false
    }
  }
}

/** Says what an intent would change, for whom, and what it would have done to what was recorded. Changes nothing. */
async function foresee(tools: ForesightTools, intent: Intent, options: ForesightOptions): Promise<Foresight> {
  const { changes: planner, compile, holder, clock, ledger } = tools
  const { changes, unchanged, next } = planner.plan(intent)
  const before = holder.current()
  const nowMs = clock.now()
  if (options.replayMs !== undefined && !ledger) {
    throw new GatewayError('not_ready', { message: 'There are no recorded operations here to replay.' })
  }
  if (changes.length === 0 && options.replayMs === undefined) return { changes, unchanged, effects: [], warnings: [] }
  const after = compile(next, { number: before.number + 1, publishedAt: nowMs })
  const spent: Parameters<typeof effectsOf>[2]['spent'] =
    ledger && ((index, names) => spentOfBudgets({ index, spentSince: ledger.spentSince, nowMs }, names))
  const effects = await effectsOf(before, after, { changes, nowMs, spent })
  const warnings = [...adviceOn(next, nowMs), ...priceAdvice(after)].slice(0, MOST_WARNINGS)
  if (options.replayMs === undefined || !ledger) return { changes, unchanged, effects, warnings }
  const span = { from: nowMs - options.replayMs, to: nowMs + 1 }
  const { monotonic } = clock
  return {
    changes,
    unchanged,
    effects,
    warnings,
    replay: await replay({ before, after, ledger, ...span, monotonic, signal: options.signal }),
  }
}
