// Compiles a large policy and asks it, in a process of its own: `bun benchmarks/programs/policy.ts`.
import { tmpdir } from 'node:os'
import { type AccessRequest, decide } from '../../src/governance/access/index.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { createCatalog } from '../../src/models/catalog/index.ts'
import { readYaml, type Sources, validate } from '../../src/platform/documents/index.ts'
import { createPolicy, type Snapshot } from '../../src/policy/index.ts'
import { median } from '../statistics.ts'
import { largePolicy } from './large-policy.ts'
import { answerQuestions } from './questions.ts'

/** What a large policy came to. */
export interface PolicyReport {
  readonly documents: number
  readonly readMs: number
  readonly validateMs: number
  /** Compiling into a snapshot and making it count. */
  readonly publishMs: number
  /** A decision that allows, and one that finds nothing that would, microseconds. */
  readonly allowMicros: number
  readonly denyMicros: number
}

const PUBLICATIONS = 5
const BATCHES = 20
const ASKED = 20_000
const MICROS_PER_MS = 1_000

function read(): Sources {
  const read = largePolicy().map(({ file, text }) => readYaml({ file, text, owner: `git:${file}` }))
  return { documents: read.flatMap((part) => part.documents), problems: read.flatMap((part) => part.problems) }
}

async function timed<T>(task: () => T | Promise<T>): Promise<{ readonly result: T; readonly ms: number }> {
  const from = performance.now()
  const result = await task()
  return { result, ms: performance.now() - from }
}

async function report(): Promise<PolicyReport> {
  const sources = await timed(read)
  const policy = createPolicy({
    database: undefined,
    clock: systemClock,
    catalog: createCatalog(),
    dataDir: tmpdir(),
    log: { info: () => undefined, warn: () => undefined },
    prefetch: async () => [],
    bootstrapKeySha256: '0'.repeat(64),
  })
  const validated = await timed(() => validate(policy.kinds, sources.result))
  if (!validated.result.valid)
    throw new Error(
      validated.result.problems
        .slice(0, 3)
        .map((one) => one.message)
        .join('; '),
    )
  const { documents } = validated.result
  const published: number[] = []
  for (let number = 1; number <= PUBLICATIONS; number++) {
    const { ms } = await timed(() => policy.holder.publish(documents, { number, publishedAt: systemClock.now() }))
    published.push(ms)
  }
  const decided = decisions(policy.holder.current())
  return {
    documents: documents.documents.length,
    readMs: sources.ms,
    validateMs: validated.ms,
    publishMs: median(published),
    ...decided,
  }
}

/** Asks for every caller in turn, each for other models. */
function decisions(snapshot: Snapshot): Pick<PolicyReport, 'allowMicros' | 'denyMicros'> {
  const callers = [...snapshot.identity.keys.values()].map((entry) => entry.caller)
  const models = snapshot.documents.documents.filter(({ kind }) => kind === 'Model').map(({ name }) => name)
  const context = { nowMs: systemClock.now(), tokens: 1_000, stream: false, tools: false, model: '', surface: 'openai' }
  const asked = Array.from({ length: ASKED }, (_, index): AccessRequest[] => {
    const caller = callers[(index * 7) % callers.length]
    const name = models[(index * 31) % models.length] ?? ''
    return caller ? [{ caller, action: 'use', resource: { kind: 'model', name }, context }] : []
  }).flat()
  const isAllowed = (request: AccessRequest) => decide(snapshot.access, request).effect === 'allow'
  return {
    allowMicros: microsEach(snapshot, asked.filter(isAllowed)),
    denyMicros: microsEach(
      snapshot,
      asked.filter((request) => !isAllowed(request)),
    ),
  }
}

/** The median over batches of what one decision takes. */
function microsEach({ access }: Snapshot, asked: readonly AccessRequest[]): number {
  if (asked.length === 0) throw new Error('the policy decides everything alike')
  const batches: number[] = []
  for (let batch = 0; batch < BATCHES; batch++) {
    const from = performance.now()
    for (const request of asked) decide(access, request)
    batches.push(((performance.now() - from) * MICROS_PER_MS) / asked.length)
  }
  return median(batches)
}

answerQuestions<object, PolicyReport>(report)
