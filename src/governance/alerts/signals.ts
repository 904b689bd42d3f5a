import { assertNever } from '../../lib/errors.ts'
import { printDuration, printMoney } from '../../platform/documents/index.ts'
import type { BudgetSpent } from '../limits/index.ts'
import type { Dimension, UsageQuery, UsageRow } from '../usage/index.ts'
import type { Watch } from './alert.kind.ts'

/** Something that is too much now. */
export interface Firing {
  /** What it is about: `team:claims`, `Budget/claims-month`, `openai-eu/gpt-5.5-mini`; `''` for the whole. */
  readonly subject: string
  /** A sentence without a full stop. */
  readonly summary: string
}

/** Where signals come from. */
export interface SignalSources {
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly usage: (query: UsageQuery) => Promise<readonly UsageRow[]>
  /** What budgets have spent in their current periods; all budgets when no names are given. */
  readonly budgets: (names: readonly string[] | undefined) => Promise<readonly BudgetSpent[]>
  /** Targets that are not well, as this node sees them. */
  readonly ailingTargets: () => readonly string[]
  /** What is wrong with policy: one sentence each. */
  readonly policyFaults: () => readonly { readonly source: string; readonly message: string }[]
  /** Anchors that do not take checkpoints, or logs that are broken. */
  readonly anchoringFaults: () => readonly Firing[]
  /** Keys that somebody reported as leaked since an instant: their documents' names. */
  readonly leakedKeys: (since: number) => Promise<readonly string[]>
}

const LEAK_REMEMBERED_MS = 7 * 24 * 3_600_000

/** What of a watch fires now. */
export async function firingOf(watch: Watch, sources: SignalSources): Promise<readonly Firing[]> {
  switch (watch.signal) {
    case 'budget':
      return budgets(watch, sources)
    case 'spend':
      return over(watch, sources, (row) =>
        row.cost >= watch.above ? `${printMoney(row.cost)} were spent in ${printDuration(watch.within)}` : undefined,
      )
    case 'unusual-spend':
      return unusualSpend(watch, sources)
    case 'error-rate':
      return over(watch, sources, (row) => errorRate(watch, row))
    case 'latency':
      return over(watch, sources, (row) => latency(watch, row))
    case 'blocked':
      return over(watch, sources, (row) =>
        row.blocked >= watch.above
          ? `guardrails blocked ${row.blocked} operations in ${printDuration(watch.within)}`
          : undefined,
      )
    case 'provider-down':
      return sources
        .ailingTargets()
        .map((target) => ({ subject: target, summary: `the target ${target} does not answer and is in cool-down` }))
    case 'policy-rejected':
      return sources
        .policyFaults()
        .map(({ source, message }) => ({ subject: source, summary: `policy (${source}): ${message}` }))
    case 'audit-not-anchored':
      return sources.anchoringFaults()
    case 'key-leaked': {
      const keys = await sources.leakedKeys(sources.now() - LEAK_REMEMBERED_MS)
      return keys.map((key) => ({ subject: `Key/${key}`, summary: `the key ${key} was reported as leaked; revoke it` }))
    }
    default:
      return assertNever(watch)
  }
}

async function budgets(
  watch: Extract<Watch, { signal: 'budget' }>,
  sources: SignalSources,
): Promise<readonly Firing[]> {
  const all = await sources.budgets(watch.budgets)
  return all
    .filter(({ spent, amount }) => amount > 0 && spent >= amount * watch.above)
    .map(({ budget, value, spent, amount }) => {
      const whose = value === '' ? '' : ` of ${value}`
      const share = Math.floor((spent / amount) * 100)
      const summary = `budget ${budget}${whose} is ${share} % spent: ${printMoney(spent)} of ${printMoney(amount)}`
      return { subject: `Budget/${budget}${value === '' ? '' : ` ${value}`}`, summary }
    })
}

type Windowed = Extract<Watch, { within: number }>

async function over(
  watch: Windowed,
  sources: SignalSources,
  judge: (row: UsageRow) => string | undefined,
): Promise<readonly Firing[]> {
  const now = sources.now()
  const rows = await sources.usage({ groupBy: groupOf(watch.by), from: now - watch.within, to: now + 1 })
  return rows.flatMap((row) => {
    const said = judge(row)
    return said === undefined ? [] : [fired(watch, row, said)]
  })
}

function groupOf(by: Dimension | undefined): readonly Dimension[] {
  return by === undefined ? [] : [by]
}

function fired({ by }: Windowed, row: UsageRow, said: string): Firing {
  const subject = by === undefined ? '' : `${by}:${row[by] || '(none)'}`
  return { subject, summary: subject === '' ? said : `${subject}: ${said}` }
}

function errorRate({ above, least }: Extract<Watch, { signal: 'error-rate' }>, row: UsageRow): string | undefined {
  const failed = row.failed + row.interrupted
  const served = row.succeeded + failed
  if (served < least || failed < served * above) return undefined
  return `${Math.round((failed / served) * 100)} % of ${served} operations failed`
}

function latency(watch: Extract<Watch, { signal: 'latency' }>, row: UsageRow): string | undefined {
  const isFirst = watch.of === 'first-token'
  const count = isFirst ? row.first_tokens : row.succeeded
  if (count < watch.least) return undefined
  const mean = (isFirst ? row.first_token_ms : row.duration_ms) / count
  if (mean < watch.above) return undefined
  const what = isFirst ? 'the first token takes' : 'operations take'
  return `${what} ${printDuration(Math.round(mean))} on average`
}

async function unusualSpend(
  watch: Extract<Watch, { signal: 'unusual-spend' }>,
  sources: SignalSources,
): Promise<readonly Firing[]> {
  const now = sources.now()
  const groupBy = groupOf(watch.by)
  const from = now - watch.within
  const [current, before] = await Promise.all([
    sources.usage({ groupBy, from, to: now + 1 }),
    sources.usage({ groupBy, from: from - watch.baseline, to: from }),
  ])
  const nameOf = (row: UsageRow) => (watch.by === undefined ? '' : (row[watch.by] ?? ''))
  const usual = new Map(before.map((row) => [nameOf(row), (row.cost * watch.within) / watch.baseline]))
  return current.flatMap((row) => {
    const expected = usual.get(nameOf(row)) ?? 0
    // Who never spent anything before is new, not unusual.
    if (expected === 0 || row.cost < watch.least || row.cost < expected * watch.times) return []
    const times = (row.cost / expected).toFixed(1)
    const said = `${printMoney(row.cost)} were spent in ${printDuration(watch.within)}, ${times} times the usual`
    return [fired(watch, row, said)]
  })
}
