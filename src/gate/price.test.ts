import { describe, expect, test } from 'bun:test'
import { NANO_PER_USD } from '../lib/money.ts'
import { open } from './open.ts'
import { estimateCost } from './price.ts'
import { chatBody, gateBench } from './testing.ts'

const DOCUMENTS = `---
kind: Provider
metadata: {name: openai}
spec: {type: openai, credential: 'secret://env/OPENAI_API_KEY'}
---
kind: Pricing
metadata: {name: known}
spec: {provider: openai, models: {'gpt-4o': {input: 0 USD, output: 1 USD}, 'o3': {input: 0 USD, output: 1 USD}}}
---
kind: Pricing
metadata: {name: round}
spec: {provider: local, models: {cheap: {input: 0 USD, output: 1 USD}, dear: {input: 0 USD, output: 50 USD}, dearest: {input: 0 USD, output: 100 USD}}}
---
kind: Model
metadata: {name: dear}
spec: {targets: [{provider: local, model: dear}], rules: [{when: request.tools, target: dearest}]}
---
kind: Model
metadata: {name: dearest}
spec: {targets: [{provider: local, model: dearest}]}
---
kind: Model
metadata: {name: alone}
spec: {targets: [{provider: local, model: cheap}]}
---
kind: Model
metadata: {name: ruled}
spec: {targets: [{provider: local, model: cheap}], rules: [{when: request.tools, target: dear}]}
---
kind: Model
metadata: {name: falling}
spec: {targets: [{provider: local, model: cheap}], fallback: {to: [dear]}}
---
kind: Model
metadata: {name: short}
spec: {targets: [{provider: openai, model: gpt-4o}]}
---
kind: Model
metadata: {name: long}
spec: {targets: [{provider: openai, model: o3}]}
`

/** Millionths of a dollar that are held: at a dollar a million, as many as tokens. */
async function held(model: string, more: object = {}): Promise<number> {
  const bench = gateBench({ documents: DOCUMENTS })
  const operation = bench.operation({ body: chatBody(false, { model, ...more }) })
  const exchange = open(bench.gate, operation)
  return (estimateCost(exchange, await operation.decode(exchange), model) / NANO_PER_USD) * 1_000_000
}

describe('the money that is held', () => {
  test('is enough for the dearest target that may come to answer: own, of a rule, of a fall-back, of its rules', async () => {
    expect(await held('alone', { max_tokens: 100 })).toBe(100)
    expect(await held('ruled', { max_tokens: 100 })).toBe(50 * 100)
    expect(await held('falling', { max_tokens: 100 })).toBe(100 * 100)
  })

  test('is enough for the longest answer where the caller set no bound, for each that they asked for', async () => {
    expect(await held('alone')).toBe(4_096)
    expect(await held('short')).toBe(16_384)
    expect(await held('short', { n: 2 })).toBe(2 * 16_384)
    expect(await held('short', { n: 2, max_tokens: 10 })).toBe(20)
  })

  test('is bounded where answers may be longer than almost any is', async () => {
    expect(await held('long')).toBe(32_768)
  })

  test('changes nothing in what conditions and token rates see', async () => {
    const bench = gateBench({ documents: DOCUMENTS })
    const operation = bench.operation({ body: chatBody(false, { model: 'long' }) })
    const call = await operation.decode(open(bench.gate, operation))
    expect(call.estimate.outputTokens).toBe(4_096)
    expect(call.facts.tokens).toBe(call.estimate.inputTokens + 4_096)
  })
})
