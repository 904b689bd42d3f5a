import { describe, expect, test } from 'bun:test'
import { GatewayError } from '../../lib/errors.ts'
import { type AnswerEvent, anthropicMessages, gemini } from '../dialects/index.ts'
import { PROVIDER_TYPES, type UpstreamRequest } from '../providers/index.ts'
import { answered, rehearse } from './asking.fixture.ts'
import type { ServedStream } from './served.ts'

const SECRET = 'the-upstream-secret'

const openaiAnswer = {
  id: 'c1',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hi.' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
}
const openaiStream = `data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"Hi."},"finish_reason":null}]}

data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}

data: [DONE]

`
const anthropicAnswer = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'm',
  content: [{ type: 'text', text: 'Hi.' }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 3, output_tokens: 2 },
}
const anthropicStream = `event: message_start
data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"usage":{"input_tokens":3,"output_tokens":1}}}

event: content_block_start
data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi."}}

event: content_block_stop
data: {"type":"content_block_stop","index":0}

event: message_delta
data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":2}}

event: message_stop
data: {"type":"message_stop"}

`
const geminiAnswer = {
  candidates: [{ content: { role: 'model', parts: [{ text: 'Hi.' }] }, finishReason: 'STOP', index: 0 }],
  usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2, totalTokenCount: 5 },
}
const geminiStream = `data: ${JSON.stringify(geminiAnswer)}\n\n`
const cohereAnswer = {
  id: 'c1',
  finish_reason: 'COMPLETE',
  message: { role: 'assistant', content: [{ type: 'text', text: 'Hi.' }] },
  usage: { tokens: { input_tokens: 3, output_tokens: 2 } },
}
const cohereStream = [
  { type: 'message-start', id: 'c1', delta: { message: { role: 'assistant' } } },
  { type: 'content-start', index: 0, delta: { message: { content: { type: 'text', text: '' } } } },
  { type: 'content-delta', index: 0, delta: { message: { content: { text: 'Hi.' } } } },
  { type: 'content-end', index: 0 },
  {
    type: 'message-end',
    delta: { finish_reason: 'COMPLETE', usage: { tokens: { input_tokens: 3, output_tokens: 2 } } },
  },
]
  .map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
  .join('')

const WIRES = {
  openai: { whole: openaiAnswer, stream: openaiStream },
  anthropic: { whole: anthropicAnswer, stream: anthropicStream },
  gemini: { whole: geminiAnswer, stream: geminiStream },
  cohere: { whole: cohereAnswer, stream: cohereStream },
}

interface Row {
  /** The inside of the Provider's `spec`. */
  readonly spec: string
  readonly model: string
  readonly secret?: string
  readonly wire: keyof typeof WIRES
}

/** Every provider that is reached by one request over SSE; Bedrock's and Vertex's own ways are tested beside. */
const TABLE: readonly Row[] = [
  { spec: 'type: openai', model: 'gpt-4o-mini', secret: SECRET, wire: 'openai' },
  { spec: 'type: anthropic', model: 'claude-sonnet-4-5', secret: SECRET, wire: 'anthropic' },
  { spec: 'type: gemini', model: 'gemini-2.5-flash', secret: SECRET, wire: 'gemini' },
  { spec: 'type: vertex, options: {project: acme}', model: 'gemini-2.5-flash', secret: SECRET, wire: 'gemini' },
  {
    spec: 'type: vertex, options: {project: acme, location: europe-west4}',
    model: 'claude-sonnet-4-5@20250929',
    secret: SECRET,
    wire: 'anthropic',
  },
  {
    spec: 'type: azure-openai, baseUrl: "https://acme.openai.azure.com"',
    model: 'chat',
    secret: SECRET,
    wire: 'openai',
  },
  {
    spec: 'type: azure-openai, baseUrl: "https://acme.openai.azure.com/", options: {apiVersion: 2024-10-21}',
    model: 'chat',
    secret: SECRET,
    wire: 'openai',
  },
  { spec: 'type: mistral', model: 'mistral-large-latest', secret: SECRET, wire: 'openai' },
  { spec: 'type: cohere', model: 'command-a-03-2025', secret: SECRET, wire: 'cohere' },
  { spec: 'type: groq', model: 'llama-3.3-70b-versatile', secret: SECRET, wire: 'openai' },
  { spec: 'type: deepseek', model: 'deepseek-v4-flash', secret: SECRET, wire: 'openai' },
  { spec: 'type: xai', model: 'grok-4.3', secret: SECRET, wire: 'openai' },
  { spec: 'type: together', model: 'moonshotai/Kimi-K2', secret: SECRET, wire: 'openai' },
  { spec: 'type: fireworks', model: 'accounts/fireworks/models/glm-5p2', secret: SECRET, wire: 'openai' },
  { spec: 'type: openrouter', model: 'anthropic/claude-sonnet-4.5', secret: SECRET, wire: 'openai' },
  { spec: 'type: perplexity', model: 'sonar-pro', secret: SECRET, wire: 'openai' },
  { spec: 'type: nvidia', model: 'meta/llama-3.3-70b-instruct', secret: SECRET, wire: 'openai' },
  { spec: 'type: huggingface', model: 'openai/gpt-oss-120b', secret: SECRET, wire: 'openai' },
  { spec: 'type: ollama', model: 'llama3.2', wire: 'openai' },
  { spec: 'type: vllm, baseUrl: "http://gpu-1:8000/v1"', model: 'qwen3', wire: 'openai' },
  {
    spec: 'type: openai-compatible, baseUrl: "https://llm.example.com/v1"',
    model: 'some',
    secret: SECRET,
    wire: 'openai',
  },
]

/** Every setting there is: what a service cannot take must be missing from what it gets. */
const CANONICAL = {
  model: 'asked',
  max_tokens: 500,
  temperature: 0.5,
  top_p: 0.9,
  stop_sequences: ['END'],
  system: 'Be brief.',
  messages: [
    { role: 'user', content: [{ type: 'text', text: 'Hello' }] },
    { role: 'assistant', content: 'Yes?' },
    { role: 'user', content: 'Weather?' },
  ],
  thinking: { type: 'enabled', budget_tokens: 400 },
}

function masked(request: UpstreamRequest): unknown {
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, value.replace(SECRET, '***')]),
  )
  return { ...request, headers, body: JSON.parse(request.body) }
}

describe.each(TABLE)('$spec with $model', (row) => {
  const setting = (answer: () => ReturnType<typeof answered>) =>
    rehearse({ provider: row.spec, model: row.model, secret: row.secret, answer })

  test('gets an Anthropic caller’s request at its address, with its credential, in its own words', async () => {
    const there = setting(() => answered(200, JSON.stringify(WIRES[row.wire].whole)))
    const served = await there.chat(JSON.stringify(CANONICAL), { dialect: anthropicMessages })
    expect(there.sent.map(masked)).toMatchSnapshot()
    expect(there.warnings).toMatchSnapshot()
    if (served.kind !== 'whole') throw new Error('a whole answer was expected')
    expect(served.answer.choices[0]?.blocks).toMatchObject([{ kind: 'text', text: 'Hi.' }])
    expect(served.answer.usage).toMatchObject({ inputTokens: 3, outputTokens: 2 })
  })

  test('gets an OpenAI caller’s stream', async () => {
    const there = setting(() => answered(200, WIRES[row.wire].stream, 'text/event-stream'))
    const text =
      '{"model":"asked","stream":true,"messages":[{"role":"developer","content":"Be brief."},{"role":"user","content":"Hello","name":"ann"}],"max_completion_tokens":500,"seed":7,"logit_bias":{"50256":-100}}'
    const served = await there.chat(text)
    expect(there.sent.map(masked)).toMatchSnapshot()
    expect(there.warnings).toMatchSnapshot()
    if (served.kind !== 'stream') throw new Error('a stream was expected')
    const { texts, usage, complete } = await readStream(served.stream)
    expect({ texts, complete }).toEqual({ texts: 'Hi.', complete: true })
    expect(usage).toMatchObject({ inputTokens: 3, outputTokens: 2 })
  })

  test('has its refusal of our credential told as our own fault, without the credential', async () => {
    const body = JSON.stringify({ error: { message: `bad key ${SECRET}`, type: 'authentication_error' } })
    const there = setting(() => answered(401, body))
    const error = await there.chat('{"model":"asked","messages":[{"role":"user","content":"Hello"}]}').catch(String)
    expect(error).toContain('upstream_auth')
    const thrown = await there.chat('{"model":"asked","messages":[{"role":"user","content":"Hello"}]}').catch((e) => e)
    expect(thrown).toBeInstanceOf(GatewayError)
    expect(thrown.status).toBe(502)
    expect(thrown.publicMessage).not.toContain(SECRET)
  })
})

async function readStream(stream: ServedStream) {
  const decoder = stream.dialect.decodeStream()
  const events: AnswerEvent[] = []
  for (const chunk of stream.head) for (const frame of decoder.push(chunk)) events.push(...frame.events)
  for (let chunk = await stream.next(); chunk; chunk = await stream.next()) {
    for (const frame of decoder.push(chunk)) events.push(...frame.events)
  }
  const { frames, complete } = decoder.end()
  for (const frame of frames) events.push(...frame.events)
  const texts = events
    .map((event) => (event.kind === 'block-delta' && event.delta.kind === 'text' ? event.delta.text : ''))
    .join('')
  const usage = events.findLast((event) => event.kind === 'usage')?.usage
  return { texts, usage, complete }
}

test('every provider type has a row here or a test of its own', () => {
  const tabled = TABLE.map(({ spec }) => spec.match(/^type: ([\w-]+)/)?.[1] ?? '')
  const types = PROVIDER_TYPES.map(({ type }) => type)
  expect(types.filter((type) => !tabled.includes(type))).toEqual(['bedrock', 'sandbox'])
})

test('a caller of the same dialect has the bytes passed as they came, but for the model', async () => {
  const there = rehearse({
    provider: 'type: gemini',
    model: 'gemini-3-pro',
    secret: SECRET,
    answer: () => answered(200, JSON.stringify(geminiAnswer)),
  })
  const text =
    '{"contents":[{"role":"user","parts":[{"text":"Hi"}]}],  "newField":{"big":12345678901234567890, "x":1.0}}'
  const call = gemini.decodeCall({ ...JSON.parse(text), model: 'asked', stream: false })
  await there.chat('{"contents":[{"role":"user","parts":[{"text":"Hi"}]}],"model":"asked"}', {
    dialect: gemini,
    call,
    original: { dialect: 'gemini', text, edits: [], stream: false },
  })
  expect(there.sent[0]?.body).toBe(text)
})

test('a parameter that a service refuses is deleted from the caller’s own bytes and declared; strict mode refuses it', async () => {
  const there = rehearse({
    provider: 'type: mistral',
    model: 'mistral-large-latest',
    secret: SECRET,
    answer: () => answered(200, JSON.stringify(openaiAnswer)),
  })
  const text =
    '{"model":"asked", "logit_bias":{"1":2}, "messages":[{"role":"user","content":"say \\"user\\""}], "seed":7}'
  await there.chat(text)
  expect(there.sent[0]?.body).toBe(
    '{"model":"mistral-large-latest", "messages":[{"role":"user","content":"say \\"user\\""}],"random_seed":7}',
  )
  expect(there.warnings).toEqual(['dropped: logit_bias'])
  const refused = await there.chat(text, { strict: true }).catch((error: GatewayError) => error)
  expect(refused).toMatchObject({ code: 'unsupported_parameter', param: 'logit_bias' })
})

test('OpenAI’s thinking models get the bound under the name they take', async () => {
  const there = rehearse({
    provider: 'type: openai',
    model: 'gpt-5-mini',
    secret: SECRET,
    answer: () => answered(200, JSON.stringify(openaiAnswer)),
  })
  await there.chat('{"model":"asked","max_tokens":50,"messages":[{"role":"user","content":"Hi"}]}')
  expect(JSON.parse(there.sent[0]?.body ?? '')).toEqual({
    model: 'gpt-5-mini',
    max_completion_tokens: 50,
    messages: [{ role: 'user', content: 'Hi' }],
  })
})

test('betas reach an upstream of the same dialect alone, joined with those of the administrator', async () => {
  const forward = { 'anthropic-beta': 'context-1m-2025-08-07,pdfs-2024-09-25' }
  const own = rehearse({
    provider: 'type: anthropic, headers: {anthropic-beta: pdfs-2024-09-25}',
    model: 'claude-sonnet-4-5',
    secret: SECRET,
    answer: () => answered(200, JSON.stringify(anthropicAnswer)),
  })
  await own.chat(JSON.stringify(CANONICAL), { dialect: anthropicMessages, forward })
  expect(own.sent[0]?.headers['anthropic-beta']).toBe('context-1m-2025-08-07,pdfs-2024-09-25')
  const other = rehearse({
    provider: 'type: openai',
    model: 'gpt-4o',
    secret: SECRET,
    answer: () => answered(200, JSON.stringify(openaiAnswer)),
  })
  await other.chat(JSON.stringify(CANONICAL), { dialect: anthropicMessages, forward })
  expect(other.sent[0]?.headers['anthropic-beta']).toBeUndefined()
})

test('Azure’s content filter is told as one, whichever way it says so', async () => {
  const there = rehearse({
    provider: 'type: azure-openai, baseUrl: "https://acme.openai.azure.com/openai/v1"',
    model: 'chat',
    secret: SECRET,
    answer: () =>
      answered(
        400,
        '{"error":{"message":"The response was filtered","type":null,"param":"prompt","code":"content_filter","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation","content_filter_result":{"hate":{"filtered":true}}}}}',
      ),
  })
  const error = await there
    .chat('{"model":"asked","messages":[{"role":"user","content":"Hello"}]}')
    .catch((thrown: GatewayError) => thrown)
  expect(error).toMatchObject({ code: 'content_filtered' })
  expect(there.sent[0]?.url).toBe('https://acme.openai.azure.com/openai/v1/chat/completions')
})
