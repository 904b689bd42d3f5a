import { describe, expect, test } from 'bun:test'
import { GatewayError } from '../lib/errors.ts'
import { type Claim, type ClaimRequest, replayStore } from './replays.ts'
import { chatBody, gateBench } from './testing.ts'

const ASK: ClaimRequest = { given: 'key-1', scope: 'app:a', content: 'body', nowMs: 1_000 }
const KEPT = { status: 200, contentType: 'application/json', body: '{"a":1}' }

function claimed(found: unknown): Claim {
  if (typeof found === 'object' && found !== null && 'end' in found) return found as Claim
  throw new Error('not a claim')
}

function refusal(work: () => unknown): GatewayError {
  try {
    work()
  } catch (cause) {
    if (cause instanceof GatewayError) return cause
  }
  throw new Error('nothing was refused')
}

describe('answers by idempotency key', () => {
  test('the same request under the same key gets the first answer', () => {
    const store = replayStore()
    claimed(store.claim(ASK)).end(KEPT)
    expect(store.claim(ASK)).toEqual({ kind: 'replay', kept: KEPT })
  })

  test('another request under the same key is a conflict', () => {
    const store = replayStore()
    claimed(store.claim(ASK)).end(KEPT)
    expect(refusal(() => store.claim({ ...ASK, content: 'other' })).code).toBe('idempotency_conflict')
  })

  test('a request that is still being answered is a conflict that says when to come back', () => {
    const store = replayStore()
    store.claim(ASK)
    const refused = refusal(() => store.claim(ASK))
    expect([refused.code, refused.retryAfterMs]).toEqual(['idempotency_conflict', 1_000])
  })

  test('nobody is answered with what another was told', () => {
    const store = replayStore()
    claimed(store.claim(ASK)).end(KEPT)
    expect(store.claim({ ...ASK, scope: 'app:b' }).kind).toBe('claim')
  })

  test('a failed request frees its key', () => {
    const store = replayStore()
    claimed(store.claim(ASK)).end(undefined)
    expect(store.claim(ASK).kind).toBe('claim')
  })

  test('an answer is kept for ten minutes and no longer', () => {
    const store = replayStore()
    claimed(store.claim(ASK)).end(KEPT)
    expect(store.claim({ ...ASK, nowMs: ASK.nowMs + 599_999 }).kind).toBe('replay')
    expect(store.claim({ ...ASK, nowMs: ASK.nowMs + 600_000 }).kind).toBe('claim')
  })

  test('an answer too long to keep frees its key', () => {
    const store = replayStore()
    claimed(store.claim(ASK)).end({ ...KEPT, body: 'x'.repeat(262_145) })
    expect(store.claim(ASK).kind).toBe('claim')
  })

  test('a key that is too long is refused', () => {
    expect(refusal(() => replayStore().claim({ ...ASK, given: 'k'.repeat(257) })).code).toBe('invalid_request')
  })

  test('what is kept is bounded in number and in size: the oldest is forgotten first', () => {
    const many = replayStore()
    for (let count = 0; count < 5_001; count++) claimed(many.claim({ ...ASK, given: `${count}` })).end(KEPT)
    expect(many.claim({ ...ASK, given: '5000' }).kind).toBe('replay')
    expect(many.claim({ ...ASK, given: '0' }).kind).toBe('claim')
    const long = replayStore()
    const body = 'x'.repeat(262_144)
    for (let count = 0; count < 300; count++) claimed(long.claim({ ...ASK, given: `${count}` })).end({ ...KEPT, body })
    expect(long.claim({ ...ASK, given: '299' }).kind).toBe('replay')
    expect(long.claim({ ...ASK, given: '0' }).kind).toBe('claim')
  })

  test('a claim that ends twice keeps its first answer', () => {
    const store = replayStore()
    const claim = claimed(store.claim(ASK))
    claim.end(KEPT)
    claim.end({ ...KEPT, body: 'other' })
    expect(store.claim(ASK)).toEqual({ kind: 'replay', kept: KEPT })
  })
})

describe('a repeated request at the gate', () => {
  const headers = { 'idempotency-key': 'once' }
  for (const stream of [false, true]) {
    test(`${stream ? 'streamed' : 'whole'}, gets the same answer again, which costs nothing and is recorded as a hit`, async () => {
      const bench = gateBench()
      const body = chatBody(stream, { model: 'rehearsal' })
      const first = await bench.ask({ body, headers })
      const text = await first.text()
      const second = await bench.ask({ body, headers })
      expect(await second.text()).toBe(text)
      expect(second.headers.get('content-type')).toBe(first.headers.get('content-type'))
      expect(second.headers.get('x-gatehouse-cache')).toBe('hit')
      expect(bench.records.map(({ cache, attempts, cost }) => [cache, attempts.length, cost])).toEqual([
        ['off', 1, 0],
        ['hit', 0, 0],
      ])
    })
  }

  test('that failed the first time is tried again', async () => {
    const bench = gateBench()
    const body = chatBody(false, { model: 'rehearsal', messages: [{ role: 'user', content: 'sandbox:fail=400' }] })
    expect((await bench.ask({ body, headers })).status).toBe(400)
    expect((await bench.ask({ body, headers })).headers.get('x-gatehouse-attempts')).toBe('1')
  })
})
