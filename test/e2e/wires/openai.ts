import { bodyOf } from '../fake-upstream.ts'
import { stream, whole } from '../scripts.ts'
import { type SaidCall, type Saying, textOf, tokensOf, UPSTREAM_SECRET, type WireFake } from './wire.ts'

interface Part {
  readonly type: string
  readonly text?: string
  readonly image_url?: { readonly url: string }
}

interface Message {
  readonly role: string
  readonly content?: string | readonly Part[] | null
  readonly tool_calls?: readonly { readonly function: { readonly name: string; readonly arguments: string } }[]
}

interface Body {
  readonly model: string
  readonly stream?: boolean
  readonly messages: readonly Message[]
  readonly tools?: readonly { readonly function: { readonly name: string } }[]
  readonly response_format?: { readonly json_schema?: { readonly schema: unknown } }
  readonly max_tokens?: number
  readonly max_completion_tokens?: number
}

interface EmbedBody {
  readonly model: string
  readonly input: string | readonly string[]
  readonly encoding_format?: string
}

const base = { id: 'chatcmpl-fake', created: 1_750_000_000, model: 'gpt-4o-mini-2024-07-18' }
const sse = (value: object | string) => `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`

function toolCall(call: SaidCall, index: number) {
  const { name } = call
  return { id: `call_${index}`, type: 'function', function: { name, arguments: JSON.stringify(call.arguments) } }
}

function usage(saying: Saying) {
  const { input, output } = tokensOf(saying)
  return { prompt_tokens: input, completion_tokens: output, total_tokens: input + output }
}

function completion(saying: Saying) {
  const calls = saying.calls?.map(toolCall)
  const message = { role: 'assistant', content: saying.text?.join('') ?? null, ...(calls && { tool_calls: calls }) }
  const choice = { index: 0, message, finish_reason: calls ? 'tool_calls' : 'stop', logprobs: null }
  return { ...base, object: 'chat.completion', choices: [choice], usage: usage(saying) }
}

function chunks(saying: Saying): string[] {
  const chunk = (choices: readonly object[], used: object | null = null) =>
    sse({ ...base, object: 'chat.completion.chunk', choices, usage: used })
  const delta = (value: object, finish: string | null = null) =>
    chunk([{ index: 0, delta: value, finish_reason: finish }])
  const calls = saying.calls ?? []
  const starts = calls.map((call, index) => {
    const { id, type } = toolCall(call, index)
    return delta({ tool_calls: [{ index, id, type, function: { name: call.name, arguments: '' } }] })
  })
  // Parallel calls come in turns: the first halves of all arguments, then the second.
  const halves = [0, 1].flatMap((half) =>
    calls.map((call, index) => {
      const text = JSON.stringify(call.arguments)
      const middle = Math.ceil(text.length / 2)
      const piece = half === 0 ? text.slice(0, middle) : text.slice(middle)
      return delta({ tool_calls: [{ index, function: { arguments: piece } }] })
    }),
  )
  return [
    delta({ role: 'assistant', content: saying.text ? '' : null }),
    ...(saying.text ?? []).map((content) => delta({ content })),
    ...starts,
    ...halves,
    delta({}, calls.length > 0 ? 'tool_calls' : 'stop'),
    chunk([], usage(saying)),
    sse('[DONE]'),
  ]
}

function embeddings(body: EmbedBody) {
  const inputs = typeof body.input === 'string' ? [body.input] : body.input
  const data = inputs.map((text, index) => {
    const vector = [text.length, 0.5, -0.25]
    const packed = Buffer.from(new Float32Array(vector).buffer).toString('base64')
    return { object: 'embedding', index, embedding: body.encoding_format === 'base64' ? packed : vector }
  })
  return { object: 'list', data, model: body.model, usage: { prompt_tokens: 4, total_tokens: 4 } }
}

function refusal(status: number, message: string, code: string | null = null) {
  return { error: { message, type: status >= 500 ? 'server_error' : 'invalid_request_error', param: null, code } }
}

/** OpenAI: chat completions and embeddings. */
export const openaiFake: WireFake = {
  name: 'openai',
  model: 'gpt-4o-mini',
  provider: (name, url) => `kind: Provider
metadata: {name: ${name}}
spec: {type: openai, baseUrl: '${url}/v1', network: private, credential: 'secret://env/UPSTREAM_SECRET'}`,
  credential: ['authorization', `Bearer ${UPSTREAM_SECRET}`],
  whole: completion,
  events: chunks,
  say: (saying) => (heard, out) => {
    if (heard.path === '/v1/embeddings') return whole(200, embeddings(bodyOf(heard)))(heard, out)
    if (heard.path !== '/v1/chat/completions') return whole(404, refusal(404, 'Unknown url'))(heard, out)
    return (bodyOf<Body>(heard).stream ? stream(chunks(saying)) : whole(200, completion(saying)))(heard, out)
  },
  refusal,
  errorEvent: sse({ error: { message: 'The server had an error', type: 'server_error', param: null, code: null } }),
  tooLong: whole(400, refusal(400, 'maximum context length is 10 tokens', 'context_length_exceeded')),
  filtered: whole(400, refusal(400, 'The response was filtered', 'content_filter')),
  asked: (heard) => {
    const body: Body = bodyOf(heard)
    const { messages } = body
    const parts = messages.flatMap(({ content }) => (typeof content === 'string' ? [] : (content ?? [])))
    const last = messages.findLast((message) => message.role === 'user')
    return {
      model: body.model,
      stream: body.stream === true,
      system: messages
        .filter(({ role }) => role === 'system' || role === 'developer')
        .map((message) => textOf(message.content))
        .join('\n'),
      user: textOf(last?.content),
      tools: (body.tools ?? []).map((tool) => tool.function.name),
      calls: messages
        .flatMap((message) => message.tool_calls ?? [])
        .map((call) => ({ name: call.function.name, arguments: JSON.parse(call.function.arguments) })),
      results: messages.filter(({ role }) => role === 'tool').map((message) => textOf(message.content)),
      images: parts
        .flatMap((part) => part.image_url?.url ?? [])
        .map((url) => url.replace(/^data:/, '').replace(';base64,', ' ')),
      schema: body.response_format?.json_schema?.schema,
      maxTokens: body.max_completion_tokens ?? body.max_tokens,
    }
  },
}
