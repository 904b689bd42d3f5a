import { expect } from 'bun:test'

/** A client-facing protocol, seen by a client that speaks it by hand. */
export interface SurfaceProbe {
  /** As records name it. */
  readonly name: string
  readonly path: (model: string, stream: boolean) => string
  /** So many turns of a conversation (or texts to embed), whole or streamed. */
  readonly body: (model: string, options?: BodyOptions) => object
  /** Whether the model's name stands in the body, where a second one could be smuggled in. */
  readonly modelInBody: boolean
  readonly streams: boolean
  /** Fails unless this is an error as the surface's vendor says it; gives its sentence. */
  readonly errorIn: (body: unknown, status: number) => string
  /** All text of the answer in a stream. */
  readonly textIn: (sse: string) => string
  /** Whether a stream ended as the vendor ends one. */
  readonly endsCleanly: (sse: string) => boolean
  /** The error event a stream ended with. */
  readonly errorEventIn: (sse: string) => unknown
}

/** What is asked of {@link SurfaceProbe.body}. */
export interface BodyOptions {
  readonly prompt?: string
  readonly turns?: number
  readonly stream?: boolean
}

const turnsOf = ({ prompt = 'Hello', turns = 1 }: BodyOptions = {}) =>
  Array.from({ length: turns }, (_, index) => (index === turns - 1 ? prompt : 'Hi'))

const roleOf = (index: number, turns: number) => ((turns - index) % 2 === 1 ? 'user' : 'assistant')

function messagesOf(options?: BodyOptions) {
  return turnsOf(options).map((content, index, { length }) => ({ role: roleOf(index, length), content }))
}

/** The JSON of every `data:` line that is JSON. */
function dataOf(sse: string): readonly Readonly<Record<string, unknown>>[] {
  return sse
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .flatMap((line) => {
      try {
        return [JSON.parse(line.slice(6))]
      } catch {
        return []
      }
    })
}

function openaiError(body: unknown): string {
  const text = expect.any(String)
  const { error } = body as { readonly error: { readonly message: string; readonly param: string | null } }
  expect([null, 'string']).toContain(error.param === null ? null : typeof error.param)
  const gatehouse = expect.objectContaining({ code: text, request_id: text })
  expect(body).toEqual({ error: { message: text, type: text, param: error.param, code: text, gatehouse } })
  return error.message
}

function anthropicError(body: unknown): string {
  const text = expect.any(String)
  const error = expect.objectContaining({ type: text, message: text })
  expect(body).toEqual({ type: 'error', error, request_id: text })
  return (body as { error: { message: string } }).error.message
}

function geminiError(body: unknown, status: number): string {
  const text = expect.any(String)
  expect(body).toEqual({ error: { code: status, message: text, status: text, details: expect.any(Array) } })
  return (body as { error: { message: string } }).error.message
}

interface ChatChunk {
  readonly choices?: readonly { readonly delta?: { readonly content?: string }; readonly text?: string }[]
}

const openaiStream = {
  textIn: (sse: string) =>
    (dataOf(sse) as readonly ChatChunk[])
      .map(({ choices }) => choices?.[0]?.delta?.content ?? choices?.[0]?.text ?? '')
      .join(''),
  endsCleanly: (sse: string) => sse.includes('data: [DONE]'),
  errorEventIn: (sse: string) => dataOf(sse).find((event) => 'error' in event),
}

/** OpenAI chat completions. */
export const openaiChatProbe: SurfaceProbe = {
  name: 'openai-chat',
  path: () => '/v1/chat/completions',
  body: (model, options) => ({ model, messages: messagesOf(options), ...(options?.stream && { stream: true }) }),
  modelInBody: true,
  streams: true,
  errorIn: openaiError,
  ...openaiStream,
}

/** OpenAI's legacy completions. */
export const openaiCompletionsProbe: SurfaceProbe = {
  ...openaiChatProbe,
  name: 'openai-completions',
  path: () => '/v1/completions',
  body: (model, options) => ({
    model,
    prompt: turnsOf(options).join('\n'),
    ...(options?.stream && { stream: true }),
  }),
}

/** OpenAI embeddings. */
export const openaiEmbeddingsProbe: SurfaceProbe = {
  ...openaiChatProbe,
  name: 'openai-embeddings',
  path: () => '/v1/embeddings',
  body: (model, options) => ({ model, input: turnsOf(options) }),
  streams: false,
}

/** Anthropic messages. */
export const anthropicProbe: SurfaceProbe = {
  name: 'anthropic-messages',
  path: () => '/v1/messages',
  body: (model, options) => {
    return { model, max_tokens: 100, messages: messagesOf(options), ...(options?.stream && { stream: true }) }
  },
  modelInBody: true,
  streams: true,
  errorIn: anthropicError,
  textIn: (sse) =>
    (dataOf(sse) as readonly { readonly delta?: { readonly text?: string } }[])
      .map(({ delta }) => delta?.text ?? '')
      .join(''),
  endsCleanly: (sse) => sse.includes('message_stop'),
  errorEventIn: (sse) => dataOf(sse).find(({ type }) => type === 'error'),
}

interface GeminiChunk {
  readonly candidates?: readonly {
    readonly content?: { readonly parts?: readonly { readonly text?: string }[] }
    readonly finishReason?: string
  }[]
}

/** Gemini generateContent. */
export const geminiProbe: SurfaceProbe = {
  name: 'gemini',
  path: (model, stream) => `/v1beta/models/${model}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
  body: (_, options) => ({
    contents: turnsOf(options).map((text, index, { length }) => {
      return { role: roleOf(index, length) === 'user' ? 'user' : 'model', parts: [{ text }] }
    }),
  }),
  modelInBody: false,
  streams: true,
  errorIn: geminiError,
  textIn: (sse) =>
    (dataOf(sse) as readonly GeminiChunk[])
      .flatMap(({ candidates }) => candidates?.[0]?.content?.parts ?? [])
      .map(({ text }) => text ?? '')
      .join(''),
  endsCleanly: (sse) =>
    (dataOf(sse) as readonly GeminiChunk[]).some(({ candidates }) => candidates?.[0]?.finishReason !== undefined),
  errorEventIn: (sse) => dataOf(sse).find((event) => 'error' in event),
}

/** OpenAI responses. */
export const openaiResponsesProbe: SurfaceProbe = {
  ...openaiChatProbe,
  name: 'openai-responses',
  path: () => '/v1/responses',
  body: (model, options) => ({ model, input: messagesOf(options), ...(options?.stream && { stream: true }) }),
  textIn: (sse) =>
    (dataOf(sse) as readonly { readonly type?: string; readonly delta?: string }[])
      .map(({ type, delta }) => (type === 'response.output_text.delta' ? delta : ''))
      .join(''),
  endsCleanly: (sse) => dataOf(sse).some(({ type }) => type === 'response.completed'),
  errorEventIn: (sse) => dataOf(sse).find(({ type }) => type === 'response.failed' || type === 'error'),
}

/** Every surface that takes a body. */
export const PROBES = [
  openaiChatProbe,
  openaiCompletionsProbe,
  openaiEmbeddingsProbe,
  openaiResponsesProbe,
  anthropicProbe,
  geminiProbe,
] as const

/** The three dialects that converse. */
export const CHAT_PROBES = [openaiChatProbe, anthropicProbe, geminiProbe] as const
