import { primeBudgets } from '../../governance/limits/index.ts'
import type { Ledger, RecordedFacts } from '../../governance/usage/index.ts'
import { inProcessCoordinator } from '../../platform/coordination/index.ts'
import type { Snapshot } from '../snapshot.ts'
import { type Side, type SideOutcome, sideOf } from './side.ts'

/** What is replayed, and by which two policies. */
export interface ReplayOptions {
  readonly before: Snapshot
  readonly after: Snapshot
  readonly ledger: Pick<Ledger, 'between' | 'spentSince'>
  /** Epoch milliseconds. */
  readonly from: number
  readonly to: number
  /** Milliseconds; only differences count. */
  readonly monotonic: () => number
  readonly signal?: AbortSignal | undefined
}

/** Operations that would have ended otherwise, in the same way and for the same reason. */
export interface ReplayChange {
  readonly before: SideOutcome['outcome']
  readonly after: SideOutcome['outcome']
  /** What decides by the new policy. */
  readonly by: string
  readonly team: string
  readonly count: number
  /** Who, which models, and which operations: a few of each. */
  readonly principals: readonly string[]
  readonly models: readonly string[]
  readonly operations: readonly string[]
}

/** What a replay came to. */
export interface ReplayResult {
  readonly from: number
  readonly to: number
  /** Recorded operations that asked for a model. */
  readonly operations: number
  /** Those of them that could be decided by both policies. */
  readonly replayed: number
  readonly unchanged: number
  readonly changed: readonly ReplayChange[]
  /** Why the others could not be decided, and how many they are. */
  readonly notReplayed: readonly { readonly reason: string; readonly count: number }[]
  /** What must be known to read the numbers: sentences. */
  readonly notes: readonly string[]
  readonly milliseconds: number
}

/** Replays recorded operations by two policies, in their order and with counters of their own, and tells what differs. */
export async function replay(options: ReplayOptions): Promise<ReplayResult> {
  const { before, after, ledger, from, to, monotonic, signal } = options
  const begin = monotonic()
  const sides = { before: await side(options, before), after: await side(options, after) }
  const tally = tallyOf()
  for await (const batch of ledger.between({ from, to })) {
    signal?.throwIfAborted()
    for (const record of batch) {
      if (record.modelAsked === undefined || !record.kind.startsWith('model.')) continue
      tally.add(record, sides.before.ask(record), sides.after.ask(record))
    }
  }
  return { from, to, ...tally.result(), notes: notesOf(after), milliseconds: Math.round(monotonic() - begin) }
}

/** Budgets begin with what had been spent of their periods when the replay begins. */
async function side({ before, ledger, from }: ReplayOptions, snapshot: Snapshot): Promise<Side> {
  const coordinator = inProcessCoordinator()
  const spentSince: Ledger['spentSince'] = async (scope, since) =>
    since >= from ? 0 : (await ledger.spentSince(scope, since)) - (await ledger.spentSince(scope, from))
  await primeBudgets({ index: snapshot.limits, coordinator, spentSince, nowMs: from })
  return sideOf({ snapshot, recordedBy: before.documents, coordinator })
}

interface Group {
  readonly change: Omit<ReplayChange, 'count' | 'principals' | 'models' | 'operations'>
  count: number
  readonly principals: Set<string>
  readonly models: Set<string>
  readonly operations: string[]
}

const MOST_GROUPS = 1_000
const MOST_NAMES = 10

function tallyOf() {
  const groups = new Map<string, Group>()
  const reasons = new Map<string, number>()
  let operations = 0
  let replayed = 0
  let unchanged = 0
  const miss = (reason: string) => reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
  const add = (record: RecordedFacts, was: SideOutcome, is: SideOutcome): void => {
    operations++
    if (was.outcome === 'unknown' || is.outcome === 'unknown') return void miss('nobody was recognised')
    if (is.guardrailsUnknown && !was.guardrailsUnknown)
      return void miss('what a new or changed guardrail finds is in no record')
    replayed++
    if (was.outcome === is.outcome) unchanged++
    else group(record, was, is)
  }
  const group = (record: RecordedFacts, was: SideOutcome, is: SideOutcome): void => {
    const by = is.outcome === 'allowed' ? was.by : is.by
    const key = `${was.outcome} ${is.outcome} ${by} ${record.team ?? ''}`
    const known = groups.get(key) ?? {
      change: { before: was.outcome, after: is.outcome, by, team: record.team ?? '' },
      count: 0,
      principals: new Set<string>(),
      models: new Set<string>(),
      operations: [],
    }
    if (groups.size < MOST_GROUPS) groups.set(key, known)
    known.count++
    if (known.principals.size < MOST_NAMES) known.principals.add(record.principal ?? '')
    if (known.models.size < MOST_NAMES) known.models.add(record.modelAsked ?? '')
    if (known.operations.length < MOST_NAMES) known.operations.push(record.id)
  }
  const result = () => ({
    operations,
    replayed,
    unchanged,
    changed: [...groups.values()]
      .toSorted((a, b) => b.count - a.count)
      .map(({ change, count, principals, models, operations: ids }) => ({
        ...change,
        count,
        principals: [...principals],
        models: [...models],
        operations: ids,
      })),
    notReplayed: [...reasons].map(([reason, count]) => ({ reason, count })),
  })
  return { add, result }
}

function notesOf({ access }: Snapshot): readonly string[] {
  const asksForTools = access.rules.some(({ spec }) => spec.when?.includes('request.tools'))
  return asksForTools ? ['Conditions ask whether a call offers tools. Records do not tell, so none was taken to.'] : []
}
