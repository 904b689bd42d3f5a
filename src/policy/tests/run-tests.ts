import { type Coordinator, inProcessCoordinator } from '../../platform/coordination/index.ts'
import {
  formatProblem,
  fromJson,
  type Problem,
  type SourceDocument,
  type Sources,
  validate,
} from '../../platform/documents/index.ts'
import { checkDocuments, withSystem } from '../check.ts'
import type { Compile } from '../compile.ts'
import { POLICY_KINDS } from '../kinds.ts'
import type { Snapshot } from '../snapshot.ts'
import { differences, type Ended } from './differences.ts'
import { stage } from './operation.ts'
import { type RehearsedOperation, rehearse } from './rehearse.ts'
import type { DocumentTest, OperationTest, PolicyTest, TestFile } from './test-file.ts'

/** How one test went. */
export interface TestResult {
  readonly file: string
  readonly line: number
  readonly name: string
  /** What was not as expected; empty when it passed. */
  readonly failures: readonly string[]
  readonly ms: number
}

/** What tests are run with. */
export interface TestTools {
  readonly compile: Compile
  /** Milliseconds; only differences count. */
  readonly monotonic: () => number
}

/** Runs the tests of one file over documents: each by itself, with counters of its own. Problems in documents fail them all. */
export async function runTests(file: TestFile, sources: Sources, tools: TestTools): Promise<readonly TestResult[]> {
  const needsPolicy = file.tests.some((test) => 'on' in test)
  const ready = needsPolicy ? compiled(sources, tools.compile) : undefined
  const results: TestResult[] = []
  for (const [index, test] of file.tests.entries()) {
    const begin = tools.monotonic()
    const failures = await failuresOf(test, { ready, sources })
    results.push({
      file: file.file,
      line: file.lineOf(index),
      name: test.name,
      failures,
      ms: tools.monotonic() - begin,
    })
  }
  return results
}

type Ready =
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] }

function compiled(sources: Sources, compile: Compile): Ready {
  const result = validate(POLICY_KINDS, withSystem(sources), { apiVersion: 'optional' })
  if (!result.valid) return { kind: 'invalid', problems: result.problems }
  return { kind: 'snapshot', snapshot: compile(result.documents, { number: 1, publishedAt: 0 }) }
}

interface Stage {
  readonly ready: Ready | undefined
  readonly sources: Sources
}

async function failuresOf(test: PolicyTest, { ready, sources }: Stage): Promise<readonly string[]> {
  if (!('on' in test)) return documentFailures(test, sources.documents)
  if (!ready || ready.kind === 'invalid') {
    return ['the documents are not valid', ...(ready?.problems ?? []).slice(0, 20).map(formatProblem)]
  }
  return differences(test.expect, await endOf(test, ready.snapshot))
}

function documentFailures({ documents, expect }: DocumentTest, besides: readonly SourceDocument[]): readonly string[] {
  const own = fromJson(documents, { file: 'documents', owner: 'console' })
  const check = checkDocuments({ documents: [...besides, ...own.documents], problems: [] }, { apiVersion: 'optional' })
  const found = check.valid ? [] : check.problems.map((problem) => `${problem.path ?? ''}: ${problem.message}`)
  if ('valid' in expect) return found.map((message) => `expected valid documents, and ${message}`)
  const left = [...found]
  const missing = expect.problems.filter((part) => {
    const place = left.findIndex((message) => message.includes(part))
    if (place >= 0) left.splice(place, 1)
    return place < 0
  })
  return [
    ...missing.map((part) => `expected the problem “${part}”, and it is not told`),
    ...left.map((message) => `there is a problem that was not expected: ${message}`),
  ]
}

async function endOf(test: OperationTest, snapshot: Snapshot): Promise<Ended> {
  const staged = stage(snapshot, test)
  if (staged.kind === 'unknown')
    return { outcome: 'rejected', error: { code: 'unauthenticated', message: staged.message } }
  if (staged.kind === 'refused') return { outcome: 'denied', error: staged }
  const { operation } = staged
  const coordinator = inProcessCoordinator()
  const unknown = await spend(snapshot, test, { operation, coordinator })
  if (unknown) return { outcome: 'rejected', error: { code: 'invalid_request', message: unknown } }
  for (let count = 0; count < test.after + test.inFlight; count++) {
    const before = await rehearse(snapshot, coordinator, { ...operation, segments: [] })
    const spent = { tokens: operation.tokens + operation.outputTokens, cost: before.cost ?? 0 }
    if (count < test.after) await before.hold?.settle(spent)
  }
  return rehearse(snapshot, coordinator, operation)
}

interface Spending {
  readonly operation: RehearsedOperation
  readonly coordinator: Coordinator
}

/** Tells the counters what budgets have spent. Gives a sentence when a budget is none of those that this operation draws on. */
async function spend(
  { limits }: Snapshot,
  { spent }: OperationTest,
  { operation, coordinator }: Spending,
): Promise<string | undefined> {
  const { caller, resource, at } = operation
  const counters = limits.countersFor(caller, resource)
  for (const [name, amount] of Object.entries(spent)) {
    const drawn = counters.filter((counter) => counter.kind === 'budget' && counter.name === name)
    if (drawn.length === 0) return `this operation does not draw on a Budget named ${name}`
    for (const counter of drawn) {
      if (counter.kind !== 'budget' || counter.period === 'run') continue
      const { start, end } =
        counter.period === 'total' ? FOR_EVER : limits.calendar.spanAt(counter.period, counter.timeZone, at)
      await coordinator.prime({ key: counter.key, periodStart: start, expiresAt: end, spent: amount, nowMs: at })
    }
  }
  return undefined
}

const FOR_EVER = { start: 0, end: Number.POSITIVE_INFINITY }
