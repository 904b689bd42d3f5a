import { bodyOf } from '../fake-upstream.ts'
import { stream, whole } from '../scripts.ts'
import { type Saying, textOf, tokensOf, UPSTREAM_SECRET, type WireFake } from './wire.ts'

interface Part {
  readonly text?: string
  readonly functionCall?: { readonly name: string; readonly args: Readonly<Record<string, unknown>> }
  readonly functionResponse?: { readonly response: Readonly<Record<string, unknown>> }
  readonly inlineData?: { readonly mimeType: string; readonly data: string }
}

interface Body {
  readonly contents: readonly { readonly role: string; readonly parts: readonly Part[] }[]
  readonly systemInstruction?: { readonly parts: readonly Part[] }
  readonly tools?: readonly { readonly functionDeclarations?: readonly { readonly name: string }[] }[]
  readonly generationConfig?: {
    readonly responseSchema?: unknown
    readonly responseJsonSchema?: unknown
    readonly maxOutputTokens?: number
  }
}

interface EmbedBody {
  readonly requests: readonly { readonly content: { readonly parts: readonly Part[] } }[]
}

const sse = (value: object) => `data: ${JSON.stringify(value)}\r\n\r\n`
const base = { modelVersion: 'gemini-2.5-flash', responseId: 'fake-response' }

function usage(saying: Saying) {
  const { input, output } = tokensOf(saying)
  return { promptTokenCount: input, candidatesTokenCount: output, totalTokenCount: input + output }
}

function answer(parts: readonly object[], finishReason?: string) {
  return { candidates: [{ content: { role: 'model', parts }, ...(finishReason && { finishReason }), index: 0 }] }
}

const calls = (saying: Saying) =>
  (saying.calls ?? []).map((call) => ({ functionCall: { name: call.name, args: call.arguments } }))

function thoughts({ thinking }: Saying) {
  return thinking ? [{ text: thinking.text, thought: true }] : []
}

function response(saying: Saying) {
  const said = saying.text ? [{ text: saying.text.join('') }] : []
  return { ...answer([...thoughts(saying), ...said, ...calls(saying)], 'STOP'), usageMetadata: usage(saying), ...base }
}

function events(saying: Saying): string[] {
  const pieces = [...thoughts(saying), ...(saying.text ?? []).map((text) => ({ text }))]
  const said = pieces.map((part) => sse({ ...answer([part]), ...base }))
  const called = calls(saying)
  return [
    ...said,
    ...(called.length > 0 ? [sse({ ...answer(called), ...base })] : []),
    sse({ ...answer([{ text: '' }], 'STOP'), usageMetadata: usage(saying), ...base }),
  ]
}

const NAMES: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  429: 'RESOURCE_EXHAUSTED',
  503: 'UNAVAILABLE',
}

function refusal(status: number, message: string) {
  return { error: { code: status, message, status: NAMES[status] ?? 'INTERNAL' } }
}

function vectors(body: EmbedBody) {
  const texts = body.requests.map((request) => textOf(request.content.parts))
  return { embeddings: texts.map((text) => ({ values: [text.length, 0.5, -0.25] })) }
}

/** Google's Gemini: generateContent and batchEmbedContents. */
export const geminiFake: WireFake = {
  name: 'gemini',
  model: 'gemini-2.5-flash',
  provider: (name, url) => `kind: Provider
metadata: {name: ${name}}
spec: {type: gemini, baseUrl: '${url}', network: private, credential: 'secret://env/UPSTREAM_SECRET'}`,
  credential: ['x-goog-api-key', UPSTREAM_SECRET],
  whole: response,
  events,
  say: (saying) => (heard, out) => {
    const method = /^\/v1beta\/models\/[^:]+:(\w+)(\?alt=sse)?$/.exec(heard.path)
    if (method?.[1] === 'batchEmbedContents') return whole(200, vectors(bodyOf(heard)))(heard, out)
    if (method?.[1] === 'generateContent') return whole(200, response(saying))(heard, out)
    if (method?.[1] === 'streamGenerateContent' && method[2]) return stream(events(saying))(heard, out)
    return whole(404, refusal(404, 'Not found'))(heard, out)
  },
  refusal,
  errorEvent: sse({ error: { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' } }),
  tooLong: whole(400, refusal(400, 'The input token count (9) exceeds the maximum number of tokens allowed (8).')),
  filtered: whole(200, { promptFeedback: { blockReason: 'SAFETY' }, usageMetadata: { promptTokenCount: 1 }, ...base }),
  asked: (heard) => {
    const body: Body = bodyOf(heard)
    const { contents } = body
    const parts = contents.flatMap((content) => content.parts)
    return {
      model: decodeURIComponent(/models\/([^:]+):/.exec(heard.path)?.[1] ?? ''),
      stream: heard.path.includes(':streamGenerateContent'),
      system: textOf(body.systemInstruction?.parts),
      user: textOf(contents.findLast(({ role }) => role === 'user')?.parts),
      tools: (body.tools ?? []).flatMap((tool) => tool.functionDeclarations ?? []).map((one) => one.name),
      calls: parts.flatMap((part) => part.functionCall ?? []).map(({ name, args }) => ({ name, arguments: args })),
      results: parts.flatMap((part) => part.functionResponse ?? []).map(({ response: given }) => resultText(given)),
      images: parts.flatMap((part) => part.inlineData ?? []).map(({ mimeType, data }) => `${mimeType} ${data}`),
      schema: body.generationConfig?.responseJsonSchema ?? body.generationConfig?.responseSchema,
      maxTokens: body.generationConfig?.maxOutputTokens,
    }
  },
}

/** Results are objects here; what was a text stands in one of them. */
function resultText(given: Readonly<Record<string, unknown>>): string {
  const inner = given.output ?? given.result ?? given.content ?? given
  return typeof inner === 'string' ? inner : JSON.stringify(inner)
}
