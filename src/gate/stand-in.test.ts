import { describe, expect, test } from 'bun:test'
import type { Transport } from '../models/providers/index.ts'
import { chatBody, gateBench } from './testing.ts'

const MODELS = `---
kind: Model
metadata: {name: first}
spec: {targets: [{provider: local, model: m-first}], retry: {attempts: 1}, fallback: {to: [abroad, open]}}
---
kind: Model
metadata: {name: ruled}
spec: {targets: [{provider: local, model: m-ruled}], retry: {attempts: 1}, strategy: rules, rules: [{when: 'request.tokens > 0', target: abroad}]}
---
kind: Model
metadata: {name: dear}
spec: {targets: [{provider: local, model: m-dear}]}
---
kind: Model
metadata: {name: abroad}
spec: {targets: [{provider: local, model: m-abroad}], retry: {attempts: 1}}
---
kind: Model
metadata: {name: open}
spec: {targets: [{provider: local, model: m-open}], retry: {attempts: 1}}
---
kind: WordList
metadata: {name: projects}
spec: {words: [nightingale]}
`

const guardrail = (action: string, phases: string) => `---
kind: Guardrail
metadata: {name: abroad-only}
spec: {appliesTo: ['model:abroad'], phases: [${phases}], checks: [{detector: words, lists: [projects], action: ${action}}]}
`

interface Asked {
  readonly model: string
  readonly prompt: string
}

/** Every target fails but those named; what was asked is told. */
function bench(documents: string, answering: readonly string[]) {
  const asked: Asked[] = []
  const transport: Transport = async ({ body }) => {
    const sent = JSON.parse(String(body))
    asked.push({ model: sent.model, prompt: sent.messages[0].content })
    const answer = {
      id: 'x',
      object: 'chat.completion',
      model: sent.model,
      choices: [{ index: 0, message: { role: 'assistant', content: 'Of Nightingale' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
    }
    const text = sent.stream ? streamOf(sent.model) : JSON.stringify(answer)
    const type = sent.stream ? 'text/event-stream' : 'application/json'
    const status = answering.includes(sent.model) ? 200 : 500
    const response = new Response(text, { headers: { 'content-type': type } })
    return { status, headers: response.headers, body: response.body, text: () => response.text() }
  }
  return { ...gateBench({ documents: MODELS + documents, transport }), asked }
}

function streamOf(model: string): string {
  const chunk = (delta: object, finish: string | null = null) =>
    `data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', model, choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`
  return `${chunk({ role: 'assistant', content: 'Of Nightin' })}${chunk({ content: 'gale' })}${chunk({}, 'stop')}data: [DONE]\n\n`
}

const talk = (model: string, stream = false) =>
  chatBody(stream, { model, messages: [{ role: 'user', content: 'About nightingale' }] })

describe('guardrails of a model that answers in place of another', () => {
  test('a call that they block does not reach it: the next one is asked', async () => {
    const gate = bench(guardrail('block', 'input'), ['m-abroad', 'm-open'])
    const answer = await gate.ask({ body: talk('first') })
    expect(answer.status).toBe(200)
    expect(gate.asked.map(({ model }) => model)).toEqual(['m-first', 'm-open'])
    expect(answer.headers.get('x-gatehouse-warnings')).toContain('abroad: passed over (content_blocked)')
    expect(gate.records[0]?.verdicts).toMatchObject([{ guardrail: 'abroad-only', action: 'block' }])
  })

  test('what they mask is masked for it alone', async () => {
    const gate = bench(guardrail('mask', 'input'), ['m-open'])
    await gate.ask({ body: talk('first') })
    expect(gate.asked.map(({ model }) => model)).toEqual(['m-first', 'm-abroad', 'm-open'])
    expect(gate.asked.map(({ prompt }) => prompt.includes('nightingale'))).toEqual([true, false, true])
  })

  test('they hold for what a rule leads to', async () => {
    const gate = bench(guardrail('block', 'input'), ['m-abroad', 'm-ruled'])
    expect((await gate.ask({ body: talk('ruled') })).status).toBe(200)
    expect(gate.asked.map(({ model }) => model)).toEqual(['m-ruled'])
  })

  test('they hold for what a spent budget leads to', async () => {
    const budget = `---
kind: Budget
metadata: {name: nothing-left}
spec: {appliesTo: ['app:tester'], on: ['model:dear'], amount: 0.000000001 USD, period: day, atLimit: {downgrade: {to: abroad}}}
`
    const gate = bench(guardrail('block', 'input') + budget, ['m-abroad', 'm-dear'])
    const answer = await gate.ask({ body: talk('dear') })
    expect(answer.status).toBe(400)
    expect(gate.asked).toEqual([])
    expect(gate.records[0]?.outcome).toBe('blocked')
  })

  for (const stream of [false, true]) {
    test(`they look at its answers, ${stream ? 'streamed' : 'whole'}`, async () => {
      const gate = bench(guardrail('mask', 'output'), ['m-abroad'])
      const text = await (await gate.ask({ body: talk('first', stream) })).text()
      expect(text).not.toContain('ightingale')
      const open = bench(guardrail('mask', 'output'), ['m-open'])
      const plain = await (await open.ask({ body: talk('first', stream) })).text()
      expect(plain).toContain(stream ? 'gale' : 'Nightingale')
    })
  }
})

describe('limits of a model that answers in place of another', () => {
  const limit = `---
kind: Limit
metadata: {name: abroad-rpm}
spec: {appliesTo: ['model:abroad'], requests: 1/min}
`

  test('it is passed over when its own rate is used up', async () => {
    const gate = bench(limit, ['m-abroad', 'm-open'])
    await gate.ask({ body: talk('first') })
    await gate.ask({ body: talk('first') })
    expect(gate.asked.map(({ model }) => model)).toEqual(['m-first', 'm-abroad', 'm-first', 'm-open'])
  })

  test('its place among the calls in flight is given back, whether it answered or not', async () => {
    const concurrency = limit.replace('requests: 1/min', 'concurrency: 1')
    for (const answering of ['m-abroad', 'm-open']) {
      const gate = bench(concurrency, [answering])
      for (let count = 0; count < 3; count++) await (await gate.ask({ body: talk('first') })).text()
      expect(gate.asked.filter(({ model }) => model === 'm-abroad')).toHaveLength(3)
    }
  })

  test('its budget pays for what it answered, and for nothing else', async () => {
    const budget = `---
kind: Budget
metadata: {name: abroad-once}
spec: {appliesTo: ['model:abroad'], amount: 0.02 USD, period: day}
`
    const gate = bench(budget, ['m-abroad', 'm-open'])
    const remaining = async () => {
      const answer = await gate.ask({ body: talk('first') })
      await answer.text()
      return answer.headers.get('x-gatehouse-budget-remaining-usd')
    }
    expect(Number(await remaining())).toBeCloseTo(0.019997, 6)
    expect(Number(await remaining())).toBeCloseTo(0.019994, 6)
  })
})
