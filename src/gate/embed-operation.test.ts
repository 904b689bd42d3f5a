import { describe, expect, test } from 'bun:test'
import { gateBench } from './testing.ts'

const guardrail = (action: string, mode = 'enforce') => `---
kind: Guardrail
metadata: {name: discreet}
spec:
  appliesTo: [org]
  phases: [input]
  mode: ${mode}
  checks: [{detector: words, words: [Blue Heron], action: ${action}}]
`
const SECRET = 'all about Blue Heron'

async function ask(documents: string, more: object) {
  const sent: string[] = []
  const vectors = { object: 'list', data: [{ object: 'embedding', index: 0, embedding: [1, 2] }] }
  const usage = { prompt_tokens: 1, total_tokens: 1 }
  const bench = gateBench({
    documents,
    transport: async ({ body }) => {
      sent.push(String(body))
      const answer = new Response(JSON.stringify({ ...vectors, usage }))
      return { status: 200, headers: answer.headers, body: answer.body, text: () => answer.text() }
    },
  })
  const response = await bench.ask({
    path: '/v1/embeddings',
    body: { model: 'assistant', input: 'good morning', ...more },
  })
  return { status: response.status, text: await response.text(), sent: sent.join(), record: bench.records[0] }
}

describe('token ids, which nobody can look into', () => {
  for (const input of [
    [1, 2, 3],
    [[1, 2], [3]],
  ]) {
    test.each(['mask', 'block'])(`are refused when a guardrail would %s: ${JSON.stringify(input)}`, async (action) => {
      const { status, text, sent, record } = await ask(guardrail(action), { input })
      expect([status, sent]).toEqual([400, ''])
      expect(text).toContain('Send text instead of token ids')
      expect(record).toMatchObject({ outcome: 'blocked', verdicts: [{ state: 'not-run', action: 'block' }] })
    })
  }

  test.each([guardrail('block', 'monitor'), guardrail('flag')])(
    'pass a guardrail that only watches, and are not told as looked at',
    async (documents) => {
      const { status, record } = await ask(documents, { input: [1, 2, 3] })
      expect(status).toBe(200)
      expect(record?.verdicts).toMatchObject([{ state: 'not-run', action: 'allow' }])
    },
  )

  test('pass where there is no guardrail', async () => {
    expect((await ask('', { input: [1, 2, 3] })).status).toBe(200)
  })
})

describe('beside the texts to be embedded, what goes to the upstream is looked at too', () => {
  const hidden: readonly (readonly [string, object])[] = [
    ['the text', { input: SECRET }],
    ['the end user', { user: SECRET }],
    ['a field that nobody knows', { instruction: { deep: [SECRET] } }],
  ]
  test.each(hidden)('blocked: %s', async (_, more) => {
    const { status, sent } = await ask(guardrail('block'), more)
    expect([status, sent]).toEqual([400, ''])
  })
  test.each(hidden)('masked: %s', async (_, more) => {
    const { status, sent } = await ask(guardrail('mask'), more)
    expect(status).toBe(200)
    expect(sent).toContain('removed]')
    expect(sent).not.toContain('Heron')
  })
})
