import { pseudonymSessions } from '../governance/guardrails/index.ts'
import { generateKey, keyDigest } from '../governance/identity/index.ts'
import { NOBODY } from '../governance/identity/testing.ts'
import type { Ledger, OperationRecord } from '../governance/usage/index.ts'
import { type ManualClock, manualClock } from '../lib/clock.ts'
import type { GatewayError } from '../lib/errors.ts'
import { idMaker } from '../lib/ids.ts'
import { seededRandom } from '../lib/random.ts'
import { createCatalog } from '../models/catalog/index.ts'
import { type Transport, tokenCache } from '../models/providers/index.ts'
import { deadlineWatch, targetHealth } from '../models/routing/index.ts'
import { inProcessCoordinator } from '../platform/coordination/index.ts'
import { documentSet } from '../platform/documents/index.ts'
import { traceIds } from '../platform/telemetry/index.ts'
import { compiler, POLICY_KINDS } from '../policy/index.ts'
import { pass } from './gate.ts'
import type { Incoming } from './incoming.ts'
import type { Operation } from './operation.ts'
import type { Gate } from './parts.ts'
import { replayStore } from './replays.ts'
import { routerOf } from './router.ts'
import { SURFACES } from './surfaces/index.ts'

/** A whole gate for tests: real rooms, a clock that is moved by hand, an upstream in this process. */
export interface GateBench {
  readonly gate: Gate
  readonly clock: ManualClock
  /** What was recorded, oldest first. */
  readonly records: readonly OperationRecord[]
  /** How often an operation has said that it is over. */
  readonly closed: () => number
  readonly operation: (request: BenchRequest) => Operation
  readonly ask: (request?: BenchRequest) => Promise<Response>
}

/** A request to a {@link GateBench}; as it stands, a chat of the tester. */
export interface BenchRequest {
  readonly method?: string
  readonly path?: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  readonly fault?: GatewayError
}

/** What a bench is made from. */
export interface BenchOptions {
  /** Documents besides {@link BENCH_DOCUMENTS}, as YAML that begins with `---`. */
  readonly documents?: string
  /** The upstream; the sandbox's models need none. */
  readonly transport?: Transport
  /** What is laid over the gate's own parts. */
  readonly parts?: Partial<Gate>
}

/** The virtual key of the app `tester`, which may use every model. */
export const BENCH_KEY = generateKey(seededRandom(7))

const DOCUMENTS = `apiVersion: gatehouse/v1
kind: Provider
metadata: {name: local}
spec: {type: openai-compatible, baseUrl: 'http://127.0.0.1:1/v1', network: private}
---
kind: Provider
metadata: {name: sandbox}
spec: {type: sandbox}
---
kind: Pricing
metadata: {name: local}
spec: {provider: local, models: {'m-*': {input: 1 USD, output: 2 USD}}}
---
kind: Model
metadata: {name: assistant}
spec: {targets: [{provider: local, model: m-1}], retry: {attempts: 1}}
---
kind: Model
metadata: {name: rehearsal}
spec: {targets: [{provider: sandbox, model: sandbox}]}
---
kind: App
metadata: {name: tester}
spec: {}
---
kind: Key
metadata: {name: tester-key}
spec: {for: 'app:tester', sha256: ${keyDigest(BENCH_KEY)}}
---
kind: Grant
metadata: {name: tester-may}
spec: {to: ['app:tester'], effect: allow, actions: [use], on: ['model:*']}
`

/** Makes a {@link GateBench}. */
export function gateBench({ documents = '', transport = noUpstream, parts = {} }: BenchOptions = {}): GateBench {
  const clock = manualClock()
  const random = seededRandom(1)
  const records: OperationRecord[] = []
  const set = documentSet(POLICY_KINDS, DOCUMENTS + documents)
  const snapshot = compiler(createCatalog())(set, { number: 1, publishedAt: clock.now() })
  const watch = deadlineWatch(clock)
  const gate: Gate = {
    clock,
    random,
    ids: idMaker(clock, random),
    traceIds: traceIds(random),
    snapshot: () => snapshot,
    coordinator: inProcessCoordinator(),
    ledger: ledgerOf(records),
    responses: FORGETFUL,
    directory: NOBODY,
    upstream: { clock, watch, transport, secret: () => undefined, tokens: tokenCache(clock) },
    health: targetHealth(clock),
    pseudonyms: pseudonymSessions(),
    replays: replayStore(),
    report: () => undefined,
    node: 'node-1',
    ...parts,
  }
  let closed = 0
  const route = routerOf(SURFACES)
  const operation = (request: BenchRequest) => {
    const incoming: Incoming = { ...incomingOf(request, clock), closed: () => void closed++ }
    const routed = route(incoming.method, incoming.path)
    if (routed.kind !== 'found') throw new Error(`nothing at ${incoming.path}`)
    return routed.route.operation(incoming, routed.params)
  }
  return {
    gate,
    clock,
    records,
    closed: () => closed,
    operation,
    ask: (request = {}) => pass(gate, operation(request)),
  }
}

/** A chat of one message, streamed or not. */
export function chatBody(stream = true, more: object = {}): object {
  return { model: 'assistant', stream, messages: [{ role: 'user', content: 'Good morning' }], ...more }
}

function incomingOf(request: BenchRequest, clock: ManualClock): Omit<Incoming, 'closed'> {
  const { method = 'POST', path = '/v1/chat/completions', body = chatBody(), headers = {}, signal, fault } = request
  return {
    method,
    path,
    query: new URLSearchParams(),
    headers: new Headers({ authorization: `Bearer ${BENCH_KEY}`, ...headers }),
    text: typeof body === 'string' ? body : JSON.stringify(body),
    fault,
    receive: () => undefined,
    signal: signal ?? new AbortController().signal,
    receivedAt: clock.monotonic(),
  }
}

const noUpstream: Transport = () => Promise.reject(new Error('this bench has no upstream'))

function ledgerOf(records: OperationRecord[]): Ledger {
  return {
    append: (record) => void records.push(record),
    flush: async () => true,
    list: async () => records,
    between: async function* () {
      yield [...records]
    },
    find: async (_by, value) => records.find(({ id }) => id === value),
    usage: async () => [],
    spentSince: async () => 0,
    isAccepting: () => true,
    status: () => {
      throw new Error('the ledger of a bench has no status')
    },
    stop: async () => undefined,
  }
}

const FORGETFUL: Gate['responses'] = {
  put: () => undefined,
  find: async () => undefined,
  findItems: async () => new Map(),
  forget: async () => undefined,
  delete: async () => false,
  flush: async () => undefined,
  stop: async () => undefined,
}
