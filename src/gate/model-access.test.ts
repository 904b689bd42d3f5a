import { describe, expect, test } from 'bun:test'
import type { Transport } from '../models/providers/index.ts'
import { chatBody, gateBench } from './testing.ts'

const model = (name: string, more = '') => `---
kind: Model
metadata: {name: ${name}}
spec: {targets: [{provider: local, model: m-${name}}], retry: {attempts: 1}${more}}
`
const grant = (name: string, spec: string) => `---
kind: Grant
metadata: {name: ${name}}
spec: {to: ['app:tester'], actions: [use], ${spec}}
`
const DENY_SECRET = grant('not-secret', "effect: deny, on: ['model:secret']")
const MODELS = [
  model('first', ', fallback: {to: [secret, open]}'),
  model('ruled', ", rules: [{when: 'request.tools || !request.tools', target: secret}]"),
  model('secret', ''),
  model('open', ''),
].join('')

/** Every target fails but the one that is named; what was asked is told. */
function bench(documents: string, answering: string) {
  const asked: string[] = []
  const transport: Transport = async ({ body }) => {
    const name = String(JSON.parse(String(body)).model)
    asked.push(name)
    const status = name === answering ? 200 : 500
    const answer = {
      id: 'x',
      object: 'list',
      model: name,
      choices: [{ index: 0, message: { role: 'assistant', content: name }, finish_reason: 'stop' }],
      data: [{ object: 'embedding', index: 0, embedding: [0.5] }],
      usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
    }
    const response = new Response(JSON.stringify(answer), { headers: { 'content-type': 'application/json' } })
    return { status, headers: response.headers, body: response.body, text: () => response.text() }
  }
  return { ...gateBench({ documents: MODELS + documents, transport }), asked }
}

describe('a model that answers in place of another', () => {
  for (const [path, body] of [
    ['/v1/chat/completions', chatBody(false, { model: 'first' })],
    ['/v1/embeddings', { model: 'first', input: 'Good morning' }],
  ] as const) {
    test(`${path}: a fall-back that is denied to the caller is passed over, and the next one asked`, async () => {
      const allowed = bench('', 'm-open')
      expect((await allowed.ask({ path, body })).status).toBe(200)
      expect(allowed.asked).toEqual(['m-first', 'm-secret', 'm-open'])
      const denied = bench(DENY_SECRET, 'm-open')
      expect((await denied.ask({ path, body })).status).toBe(200)
      expect(denied.asked).toEqual(['m-first', 'm-open'])
    })
  }

  test('a rule leads to no model that is denied to the caller: its own targets answer', async () => {
    const body = chatBody(false, { model: 'ruled' })
    const allowed = bench('', 'm-secret')
    expect((await allowed.ask({ body })).status).toBe(200)
    expect(allowed.asked).toEqual(['m-secret'])
    const denied = bench(DENY_SECRET, 'm-ruled')
    expect((await denied.ask({ body })).status).toBe(200)
    expect(denied.asked).toEqual(['m-ruled'])
  })

  test('is decided as if the caller had asked for it: conditions see its own name', async () => {
    const conditional = grant('by-name', `effect: deny, on: ['model:*'], when: 'request.model == "secret"'`)
    const denied = bench(conditional, 'm-open')
    expect((await denied.ask({ body: chatBody(false, { model: 'first' }) })).status).toBe(200)
    expect(denied.asked).toEqual(['m-first', 'm-open'])
  })
})
