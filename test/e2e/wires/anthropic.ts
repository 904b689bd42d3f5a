import { bodyOf } from '../fake-upstream.ts'
import { stream, whole } from '../scripts.ts'
import { type Content, type Saying, textOf, tokensOf, UPSTREAM_SECRET, type WireFake } from './wire.ts'

interface Part {
  readonly type: string
  readonly text?: string
  readonly name?: string
  readonly input?: Readonly<Record<string, unknown>>
  readonly content?: Content
  readonly source?: {
    readonly type: string
    readonly media_type?: string
    readonly data?: string
    readonly url?: string
  }
}

interface Body {
  readonly model: string
  readonly stream?: boolean
  readonly system?: Content
  readonly messages: readonly { readonly role: string; readonly content: string | readonly Part[] }[]
  readonly tools?: readonly { readonly name: string }[]
  readonly output_config?: { readonly format?: { readonly schema?: unknown } }
  readonly max_tokens?: number
}

const sse = (value: { readonly type: string }) => `event: ${value.type}\ndata: ${JSON.stringify(value)}\n\n`
const base = { id: 'msg_fake', type: 'message', role: 'assistant', model: 'claude-sonnet-4-5-20250929' }

type Block = Readonly<Record<string, unknown>> & { readonly type: string }

function blocks(saying: Saying): Block[] {
  const { text, calls, thinking } = saying
  return [
    ...(thinking ? [{ type: 'thinking', thinking: thinking.text, signature: thinking.signature }] : []),
    ...(text ? [{ type: 'text', text: text.join('') }] : []),
    ...(calls ?? []).map((call, index) => ({
      type: 'tool_use',
      id: `toolu_${index}`,
      name: call.name,
      input: call.arguments,
    })),
  ]
}

function usage(saying: Saying) {
  const { input, output } = tokensOf(saying)
  return { input_tokens: input, output_tokens: output, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 }
}

const reason = (saying: Saying) => (saying.calls ? 'tool_use' : 'end_turn')

function message(saying: Saying) {
  return { ...base, content: blocks(saying), stop_reason: reason(saying), stop_sequence: null, usage: usage(saying) }
}

function deltas(block: Block, saying: Saying): readonly object[] {
  if (block.type === 'text') return (saying.text ?? []).map((text) => ({ type: 'text_delta', text }))
  if (block.type === 'thinking') {
    const { thinking, signature } = block
    return [
      { type: 'thinking_delta', thinking },
      { type: 'signature_delta', signature },
    ]
  }
  const json = JSON.stringify(block.input)
  const middle = Math.ceil(json.length / 2)
  return [json.slice(0, middle), json.slice(middle)].map((partial) => ({
    type: 'input_json_delta',
    partial_json: partial,
  }))
}

const EMPTY: Readonly<Record<string, object>> = {
  text: { text: '' },
  thinking: { thinking: '', signature: '' },
  tool_use: { input: {} },
}

function events(saying: Saying): string[] {
  const { output } = tokensOf(saying)
  const begun = { ...base, content: [], stop_reason: null, stop_sequence: null }
  return [
    sse({ type: 'message_start', message: { ...begun, usage: { ...usage(saying), output_tokens: 1 } } } as Block),
    ...blocks(saying).flatMap((block, index) => [
      sse({ type: 'content_block_start', index, content_block: { ...block, ...EMPTY[block.type] } } as Block),
      ...deltas(block, saying).map((delta) => sse({ type: 'content_block_delta', index, delta } as Block)),
      sse({ type: 'content_block_stop', index } as Block),
    ]),
    sse({
      type: 'message_delta',
      delta: { stop_reason: reason(saying), stop_sequence: null },
      usage: { output_tokens: output },
    } as Block),
    sse({ type: 'message_stop' }),
  ]
}

const TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  429: 'rate_limit_error',
  529: 'overloaded_error',
}

function refusal(status: number, words: string) {
  return { type: 'error', error: { type: TYPES[status] ?? 'api_error', message: words }, request_id: 'req_fake' }
}

/** Anthropic: messages. */
export const anthropicFake: WireFake = {
  name: 'anthropic',
  model: 'claude-sonnet-4-5',
  provider: (name, url) => `kind: Provider
metadata: {name: ${name}}
spec: {type: anthropic, baseUrl: '${url}', network: private, credential: 'secret://env/UPSTREAM_SECRET'}`,
  credential: ['x-api-key', UPSTREAM_SECRET],
  whole: message,
  events,
  say: (saying) => (heard, out) => {
    const body: Body = bodyOf(heard)
    if (heard.path !== '/v1/messages') return whole(404, refusal(404, 'Not found'))(heard, out)
    return (body.stream ? stream(events(saying)) : whole(200, message(saying)))(heard, out)
  },
  refusal,
  errorEvent: sse({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } } as Block),
  tooLong: whole(400, refusal(400, 'prompt is too long: 200001 tokens > 200000 maximum')),
  filtered: whole(400, refusal(400, 'Output blocked by content filtering policy')),
  asked: (heard) => {
    const body: Body = bodyOf(heard)
    const { messages } = body
    const parts = messages.flatMap(({ content }) => (typeof content === 'string' ? [] : content))
    return {
      model: body.model,
      stream: body.stream === true,
      system: textOf(body.system),
      user: textOf(messages.findLast(({ role }) => role === 'user')?.content),
      tools: (body.tools ?? []).map((tool) => tool.name),
      calls: parts
        .filter(({ type }) => type === 'tool_use')
        .map((part) => ({ name: part.name ?? '', arguments: part.input ?? {} })),
      results: parts.filter(({ type }) => type === 'tool_result').map((part) => textOf(part.content)),
      images: parts
        .flatMap((part) => (part.type === 'image' ? (part.source ?? []) : []))
        .map((source) => source.url ?? `${source.media_type} ${source.data}`),
      schema: body.output_config?.format?.schema,
      maxTokens: body.max_tokens,
    }
  },
}
