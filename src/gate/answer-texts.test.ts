import { describe, expect, test } from 'bun:test'
import type { Block, ChatAnswer } from '../models/dialects/index.ts'
import { answerSegmentsOf, replaceAnswerTexts } from './answer-texts.ts'
import { gateBench } from './testing.ts'

const SECRET = 'Blue Heron'
const guardrail = (action: string) => `---
kind: Guardrail
metadata: {name: discreet}
spec:
  appliesTo: [org]
  phases: [output, tool-arguments]
  checks: [{detector: words, words: [${SECRET}], action: ${action}}]
---
kind: Provider
metadata: {name: other}
spec: {type: anthropic, baseUrl: 'http://127.0.0.1:1/v1', network: private, credential: 'secret://env/OTHER'}
---
kind: Pricing
metadata: {name: other}
spec: {provider: other, models: {'m-*': {input: 1 USD, output: 2 USD}}}
---
kind: Model
metadata: {name: other}
spec: {targets: [{provider: other, model: m-2}], retry: {attempts: 1}}
`

async function ask(action: string, content: readonly object[]) {
  const answer = new Response(
    JSON.stringify({
      id: 'm',
      type: 'message',
      role: 'assistant',
      model: 'm-2',
      content,
      stop_reason: 'end_turn',
      usage: { input_tokens: 1, output_tokens: 1 },
    }),
  )
  const transport = async () => ({
    status: 200,
    headers: answer.headers,
    body: answer.body,
    text: () => answer.text(),
  })
  const documents = guardrail(action)
  const { upstream } = gateBench({ documents, transport }).gate
  const bench = gateBench({ documents, parts: { upstream: { ...upstream, secret: () => 'credential' } } })
  const response = await bench.ask({
    path: '/v1/messages',
    body: { model: 'other', max_tokens: 9, messages: [{ role: 'user', content: 'Good morning' }] },
  })
  return { status: response.status, text: await response.text(), record: bench.records[0] }
}

const TEXT = { type: 'text', text: 'hello' }
const CITATION = { type: 'char_location', document_index: 0, start_char_index: 0, end_char_index: 1 }
const HIDDEN: readonly (readonly [string, readonly object[]])[] = [
  ['the text', [{ type: 'text', text: SECRET }]],
  ['what a text cites', [{ ...TEXT, citations: [{ ...CITATION, cited_text: SECRET, document_title: 't' }] }]],
  ["a cited document's title", [{ ...TEXT, citations: [{ ...CITATION, cited_text: 'a', document_title: SECRET }] }]],
  ["a tool's name", [{ type: 'tool_use', id: 't', name: SECRET, input: {} }]],
  ["a tool's arguments", [{ type: 'tool_use', id: 't', name: 'f', input: { a: SECRET } }]],
  ['a question to a tool of the vendor', [{ type: 'server_tool_use', id: 't', name: 's', input: { q: SECRET } }]],
  [
    'what a tool of the vendor found',
    [
      {
        type: 'web_search_tool_result',
        tool_use_id: 't',
        content: [{ type: 'web_search_result', title: SECRET, url: 'https://example.com', encrypted_content: 'z' }],
      },
    ],
  ],
  ['a block that nobody knows', [{ type: 'novel', text: SECRET }]],
]

describe('text hides nowhere in a whole answer', () => {
  test.each(HIDDEN)('blocked: %s', async (_, content) => {
    const { text, record } = await ask('block', content)
    expect(text).not.toContain(SECRET)
    expect(record).toMatchObject({ outcome: 'blocked' })
  })

  test.each(HIDDEN)('masked: %s', async (_, content) => {
    const { status, text, record } = await ask('mask', content)
    expect(status).toBe(200)
    expect(text).not.toContain(SECRET)
    expect(text).toContain('removed]')
    const masks = record?.verdicts.filter(({ action }) => action === 'mask')
    expect(masks?.length).toBe(1)
  })
})

const opaque = (value: unknown): Block => ({ kind: 'opaque', dialect: 'gemini', name: 'code', value })
const answerOf = (blocks: readonly Block[]): ChatAnswer => ({
  kind: 'chat',
  id: 'a',
  model: 'm',
  createdAt: 0,
  choices: [
    { index: 0, blocks, finish: 'stop', logprobs: { content: [] } },
    { index: 1, blocks: [{ kind: 'text', text: 'second' }], finish: 'stop', logprobs: { content: [] } },
  ],
  rest: { brand: 'new' },
})

describe('the texts of a whole answer', () => {
  const answer = answerOf([{ kind: 'reasoning', text: 'hm', signature: 's' }, opaque({ code: 'x' })])
  test('are replaced by the very numbers under which they are listed, each of them and no other', () => {
    const segments = answerSegmentsOf(answer)
    expect(segments.map(({ text }) => text)).toEqual(['hm', '{"code":"x"}', 'second', '{"brand":"new"}'])
    for (const [number, segment] of segments.entries()) {
      const text = segment.text.startsWith('{') ? '{"masked":true}' : 'masked'
      const after = answerSegmentsOf(replaceAnswerTexts(answer, new Map([[number, text]])))
      expect(after).toEqual(segments.map((one, index) => (index === number ? { ...one, text } : one)))
    }
  })

  test('masked anywhere in a choice take its log probabilities away, and no other', () => {
    const { choices } = replaceAnswerTexts(answer, new Map([[1, '{}']]))
    expect(choices.map(({ logprobs }) => logprobs)).toEqual([undefined, { content: [] }])
  })

  test('whose mask breaks the JSON around them stop the answer: nothing goes on unmasked', () => {
    expect(() => replaceAnswerTexts(answer, new Map([[1, '{"code":[X']]))).toThrow('cannot be masked')
  })
})
