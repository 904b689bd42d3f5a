import { systemClock } from '../../../lib/clock.ts'
import { sha256Hex } from '../../../lib/crypto.ts'
import { isObject } from '../../../lib/json.ts'
import { openaiChat, openaiEmbeddings } from '../../dialects/index.ts'
import { type ProviderType, type Transport, type UpstreamResponse, wireAt } from '../provider.ts'
import { answerTo, type ChatBody, type SandboxAnswer, tokensOf } from './answer.ts'
import { vectorOf } from './embed.ts'
import { CREATED, streamOf, usageOf } from './stream.ts'

const CHAT = [wireAt(openaiChat, '/chat/completions')]
const EMBEDDINGS = wireAt(openaiEmbeddings, '/embeddings')

/** Answers in this process, as an OpenAI-compatible upstream would. */
const transport: Transport = async (request, signal) => {
  const parsed: unknown = JSON.parse(request.body)
  const body: ChatBody = isObject(parsed) ? parsed : {}
  if (request.url.endsWith('/embeddings')) return json(200, embeddings(body))
  const answer = answerTo(body)
  const { directives } = answer
  if (directives.hang) await aborted(signal)
  if (directives.delayMs > 0) await systemClock.sleep(directives.delayMs, signal)
  const refusal = refusalOf(answer)
  if (refusal) return refusal
  if (directives.garbage) return text(200, '<html><body>not what you expected</body></html>', 'text/html')
  const id = `chatcmpl-sandbox-${sha256Hex(request.body).slice(0, 16)}`
  const model = typeof body.model === 'string' ? body.model : 'sandbox'
  if (body.stream !== true) return json(200, completion(answer, id, model))
  const includeUsage = isObject(body.stream_options) && body.stream_options.include_usage === true
  const stream = streamOf(answer, { id, model, includeUsage, sleep: systemClock.sleep, signal })
  return response(200, stream, 'text/event-stream')
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) return reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

function refusalOf(answer: SandboxAnswer): UpstreamResponse | undefined {
  const { failStatus, overflow, filter } = answer.directives
  if (overflow) return refuse(400, "This model's maximum context length is 1 token.", 'context_length_exceeded')
  if (filter) return refuse(400, 'The sandbox filtered this prompt, as it was told to.', 'content_filter')
  return failStatus === undefined
    ? undefined
    : refuse(failStatus, `The sandbox failed with ${failStatus}, as it was told to.`, null)
}

function refuse(status: number, message: string, code: string | null): UpstreamResponse {
  return json(status, {
    error: { message, type: status >= 500 ? 'server_error' : 'invalid_request_error', param: null, code },
  })
}

function completion(answer: SandboxAnswer, id: string, model: string): object {
  const calls = answer.calls.map((call) => ({
    id: call.id,
    type: 'function',
    function: { name: call.name, arguments: call.arguments },
  }))
  const message = {
    role: 'assistant',
    content: calls.length > 0 ? null : answer.text,
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
  }
  const choices = Array.from({ length: answer.choices }, (_, index) => ({
    index,
    message,
    finish_reason: answer.finish,
  }))
  return { id, object: 'chat.completion', created: CREATED, model, choices, usage: usageOf(answer) }
}

function embeddings(body: ChatBody): object {
  const inputs = Array.isArray(body.input) ? body.input : [body.input]
  const texts = inputs.map((input) => (typeof input === 'string' ? input : JSON.stringify(input)))
  const vectors = texts.map((input) => vectorOf(input, body.dimensions))
  const written = vectors.map((vector) =>
    body.encoding_format === 'base64' ? Buffer.from(new Float32Array(vector).buffer).toString('base64') : vector,
  )
  const tokens = texts.reduce((sum, input) => sum + tokensOf(input), 0)
  return {
    object: 'list',
    model: body.model,
    data: written.map((embedding, index) => ({ object: 'embedding', index, embedding })),
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  }
}

function json(status: number, body: object): UpstreamResponse {
  return text(status, JSON.stringify(body), 'application/json')
}

function text(status: number, body: string, contentType: string): UpstreamResponse {
  return { ...response(status, null, contentType), text: async () => body }
}

function response(status: number, body: ReadableStream<Uint8Array> | null, contentType: string): UpstreamResponse {
  return { status, headers: new Headers({ 'content-type': contentType }), body, text: async () => '' }
}

/**
 * A model that is none: deterministic, in this process, plainly labelled. For first steps, rehearsals and tests, without
 * a key or a network. What it can be told to do stands in `directives.ts`.
 */
export const sandboxProvider: ProviderType = {
  type: 'sandbox',
  title: 'Sandbox (no model, no network)',
  baseUrl: 'sandbox://local',
  needsCredential: false,
  chat: () => CHAT,
  embed: () => EMBEDDINGS,
  authorize: (request) => request,
  traits: () => ({
    maxTokensField: 'max_completion_tokens',
    images: true,
    files: true,
    audio: true,
    tools: true,
    structuredOutput: true,
  }),
  transport,
  free: true,
}
