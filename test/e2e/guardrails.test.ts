import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Gateway, mintKey, startGateway } from './harness.ts'
import { PROBES, type SurfaceProbe } from './surfaces.ts'

const APPS = {
  strict: mintKey('strict'),
  masked: mintKey('masked'),
  answers: mintKey('answers'),
  watched: mintKey('watched'),
}
/** Well formed and fake: no provider ever gave it out. */
const SECRET = `ghp_${'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7cF0xL'}uR9k`
const WORD = 'Project Nightingale'
let gateway: Gateway

const guardrail = (name: string, phases: string, action: string, mode = 'enforce') => `kind: Guardrail
metadata: {name: ${name}-${action}}
spec:
  appliesTo: ['app:${name}']
  phases: ${phases}
  mode: ${mode}
  checks:
    - {detector: secrets, action: ${action}}
    - {detector: words, words: ['${WORD}'], action: ${action}}`

beforeAll(async () => {
  gateway = await startGateway({
    documents: [
      ...Object.values(APPS).map((app) => app.documents),
      `kind: Grant
metadata: {name: all-may}
spec: {to: [org], effect: allow, actions: [use], on: ['model:*']}`,
      guardrail('strict', '[input, tool-result, tool-arguments]', 'block'),
      guardrail('masked', '[input, tool-result, tool-arguments]', 'mask'),
      guardrail('answers', '[output, tool-arguments]', 'mask'),
      guardrail('watched', '[input, output]', 'block', 'monitor'),
    ].join('\n---\n'),
  })
})
afterAll(() => gateway.stop())

async function ask(probe: SurfaceProbe, key: string, prompt: string, stream: boolean) {
  const response = await gateway.post(probe.path('sandbox', stream), probe.body('sandbox', { prompt, stream }), { key })
  return { response, text: await response.text(), record: await gateway.record(response.headers.get('x-request-id')) }
}

for (const probe of PROBES) {
  for (const stream of probe.streams ? [false, true] : [false]) {
    describe(`${probe.name}, ${stream ? 'streamed' : 'whole'}`, () => {
      test.each([SECRET, WORD, 'project  nightingale'])(
        'what must not go in is refused, reaches no upstream and is recorded as blocked: %s',
        async (value) => {
          const { response, text, record } = await ask(probe, APPS.strict.key, `Please use ${value} now`, stream)
          expect(response.status).toBe(400)
          probe.errorIn(JSON.parse(text), 400)
          expect(text).not.toContain(SECRET)
          expect(record).toMatchObject({ outcome: 'blocked', attempts: [] })
          expect(JSON.stringify(record)).not.toContain(SECRET)
        },
      )

      test('what is masked never reaches the upstream', async () => {
        const { response, text, record } = await ask(
          probe,
          APPS.masked.key,
          `Please use ${SECRET} for ${WORD} now`,
          stream,
        )
        expect(response.status).toBe(200)
        // The sandbox repeats what it was sent.
        expect(text).not.toContain(SECRET)
        expect(text).not.toContain('Nightingale')
        expect(record.outcome).toBe('succeeded')
      })

      test('monitor mode changes nothing and records what it would have done', async () => {
        const { response, record } = await ask(probe, APPS.watched.key, `Please use ${SECRET} now`, stream)
        expect(response.status).toBe(200)
        const { verdicts } = record as unknown as {
          verdicts: readonly { mode: string; findings: number; state: string }[]
        }
        expect(
          verdicts.some(({ mode, findings, state }) => mode === 'monitor' && findings > 0 && state === 'ran'),
        ).toBe(true)
      })

      if (probe.name === 'openai-embeddings') return
      test('what the model says is masked before the client sees it', async () => {
        const prompt = `sandbox:say="The key is ${SECRET} of ${WORD}, keep it."`
        const { response, text } = await ask(probe, APPS.answers.key, prompt, stream)
        expect(response.status).toBe(200)
        expect(text).not.toContain(SECRET)
        expect(text).not.toContain('Nightingale')
        if (stream) {
          expect(probe.endsCleanly(text)).toBe(true)
          expect(probe.textIn(text)).toContain('keep it.')
        } else expect(text).toContain('keep it.')
      })
    })
  }
}

describe('text hides nowhere in a call', () => {
  const call = (more: object) => ({ model: 'sandbox', messages: [{ role: 'user', content: 'Hello' }], ...more })
  const tool = { name: 'look', description: 'Looks', parameters: { type: 'object', properties: {} } }
  const hidden: Record<string, object> = {
    'a system message': {
      messages: [
        { role: 'system', content: SECRET },
        { role: 'user', content: 'Hi' },
      ],
    },
    'a part of several': {
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Hi' },
            { type: 'text', text: SECRET },
          ],
        },
      ],
    },
    'a tool result': {
      messages: [
        { role: 'user', content: 'Hi' },
        {
          role: 'assistant',
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'look', arguments: '{}' } }],
        },
        { role: 'tool', tool_call_id: 'c1', content: `found ${SECRET}` },
      ],
    },
    'tool arguments': {
      messages: [
        { role: 'user', content: 'Hi' },
        {
          role: 'assistant',
          tool_calls: [
            { id: 'c1', type: 'function', function: { name: 'look', arguments: JSON.stringify({ key: SECRET }) } },
          ],
        },
        { role: 'tool', tool_call_id: 'c1', content: 'done' },
      ],
    },
    'a tool description': { tools: [{ type: 'function', function: { ...tool, description: `Use ${SECRET}` } }] },
    'a tool schema': {
      tools: [
        {
          type: 'function',
          function: { ...tool, parameters: { type: 'object', properties: { a: { type: 'string', enum: [SECRET] } } } },
        },
      ],
    },
    'a text file in base64': {
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Read' },
            {
              type: 'file',
              file: {
                filename: 'a.txt',
                file_data: `data:text/plain;base64,${Buffer.from(`key ${SECRET}`).toString('base64')}`,
              },
            },
          ],
        },
      ],
    },
    'the end user': { user: SECRET },
    'a name': { messages: [{ role: 'user', name: SECRET, content: 'Hi' }] },
    metadata: { metadata: { ticket: SECRET } },
    'a stop sequence': { stop: ['end', SECRET] },
    'the form of the answer': {
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'a', schema: { type: 'object', description: SECRET } },
      },
    },
    'a prediction': { prediction: { type: 'content', content: SECRET } },
    'a field that nobody knows': { brand_new: { deep: [SECRET] } },
    'a field of a message that nobody knows': { messages: [{ role: 'user', content: 'Hi', brand_new: SECRET }] },
    "a tool's name": { tools: [{ type: 'function', function: { ...tool, name: SECRET } }] },
    'an answer of before': {
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: `It is ${SECRET}` },
        { role: 'user', content: 'Again' },
      ],
    },
  }
  test.each(Object.entries(hidden))('%s', async (_, more) => {
    const response = await gateway.post('/v1/chat/completions', call(more), { key: APPS.strict.key })
    expect(await response.json()).toMatchObject({ error: { gatehouse: { code: 'content_blocked' } } })
    expect(response.status).toBe(400)
  })

  test.each([APPS.strict, APPS.masked])(
    'a value spread over the text parts of one message is refused',
    async ({ key }) => {
      for (const parts of [
        [SECRET.slice(0, 9), SECRET.slice(9)],
        ['Project ', 'Night', 'ingale'],
      ]) {
        const content = parts.map((text) => ({ type: 'text', text }))
        const response = await gateway.post('/v1/chat/completions', call({ messages: [{ role: 'user', content }] }), {
          key,
        })
        expect(await response.json()).toMatchObject({ error: { gatehouse: { code: 'content_blocked' } } })
      }
    },
  )

  test('a value within one of several text parts is masked there', async () => {
    const content = ['Hello', `it is ${SECRET}`, 'Bye', WORD, WORD].map((text) => ({ type: 'text', text }))
    const body = call({ messages: [{ role: 'user', content }] })
    const response = await gateway.post('/v1/chat/completions', body, { key: APPS.masked.key })
    expect(response.status).toBe(200)
    expect(await response.text()).not.toContain(SECRET)
  })

  test('letters written as JSON escapes are the same letters', async () => {
    const escaped = [...SECRET].map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')
    const response = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${APPS.strict.key}`, 'content-type': 'application/json' },
      body: `{"model":"sandbox","messages":[{"role":"user","content":"${escaped}"}]}`,
    })
    expect(response.status).toBe(400)
  })
})
