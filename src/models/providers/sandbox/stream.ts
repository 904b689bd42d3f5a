import { GatewayError } from '../../../lib/errors.ts'
import { sseEvent } from '../../../lib/sse.ts'
import type { SandboxAnswer } from './answer.ts'

const TEXT = new TextEncoder()

/** How a stream is made. */
export interface StreamOptions {
  readonly id: string
  readonly model: string
  readonly includeUsage: boolean
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
  readonly signal: AbortSignal
}

/** The answer as an OpenAI chat stream, as slow, broken or long as its prompt asked for. */
export function streamOf(answer: SandboxAnswer, options: StreamOptions): ReadableStream<Uint8Array> {
  const pieces = piecesOf(answer, options)
  const { directives } = answer
  const middle = Math.floor(pieces.length / 2)
  let at = 0
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      if (at > 0 && directives.paceMs > 0) await options.sleep(directives.paceMs, options.signal)
      if (at === middle && directives.cut)
        return controller.error(
          new GatewayError('upstream_error', { message: 'The sandbox broke the connection, as it was told to.' }),
        )
      if (at === middle && directives.failMidway) {
        at = pieces.length
        return controller.enqueue(TEXT.encode(sseEvent(ERROR)))
      }
      const piece = pieces[at++]
      if (piece === undefined) return controller.close()
      controller.enqueue(TEXT.encode(piece))
    },
  })
}

const ERROR = JSON.stringify({
  error: { message: 'The sandbox failed midway, as it was told to.', type: 'server_error', code: null },
})

function piecesOf(answer: SandboxAnswer, { id, model, includeUsage }: StreamOptions): string[] {
  const chunk = (choices: readonly unknown[], usage?: unknown) =>
    sseEvent(
      JSON.stringify({
        id,
        object: 'chat.completion.chunk',
        created: CREATED,
        model,
        choices,
        ...(includeUsage ? { usage: usage ?? null } : {}),
      }),
    )
  const pieces: string[] = []
  // Several answers come side by side, as OpenAI may send them.
  const say = (content: object, finish: string | null = null) => {
    for (let index = 0; index < answer.choices; index++)
      pieces.push(chunk([{ index, delta: content, finish_reason: finish }]))
  }
  say({ role: 'assistant', content: answer.calls.length > 0 ? null : '' })
  for (const word of answer.text.split(/(?<= )/)) if (word) say({ content: word })
  answer.calls.forEach((call, index) => {
    say({ tool_calls: [{ index, id: call.id, type: 'function', function: { name: call.name, arguments: '' } }] })
  })
  // Pieces of parallel calls come in turns, as OpenAI may send them.
  const halves = answer.calls.map((call) => Math.ceil(call.arguments.length / 2))
  for (const part of [0, 1]) {
    answer.calls.forEach((call, index) => {
      const half = halves[index] ?? 0
      const text = part === 0 ? call.arguments.slice(0, half) : call.arguments.slice(half)
      if (text) say({ tool_calls: [{ index, function: { arguments: text } }] })
    })
  }
  say({}, answer.finish)
  if (includeUsage) pieces.push(chunk([], usageOf(answer)))
  pieces.push(sseEvent('[DONE]'))
  return pieces
}

/** The sandbox answers the same at any time, so its answers bear one date. */
export const CREATED = 1_767_225_600

/** The usage object of an answer. */
export function usageOf({ promptTokens, completionTokens }: SandboxAnswer) {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  }
}
