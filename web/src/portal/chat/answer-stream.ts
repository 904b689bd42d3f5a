import { errorOf, send } from '../../api/client.ts'

/** What is asked of a model. */
export interface Question {
  readonly model: string
  readonly messages: readonly object[]
  /** Groups the operations of one chat. */
  readonly session: string
  readonly signal: AbortSignal
}

/** What comes of it, piece by piece. */
export type AnswerPiece =
  | {
      readonly kind: 'begun'
      readonly requestId: string | null
      readonly decisionId: string | null
      readonly warnings: string | null
    }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'spent'; readonly costUsd: number; readonly inputTokens: number; readonly outputTokens: number }
  | { readonly kind: 'finished'; readonly reason: string }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }

/** Asks a model through the gate and gives its answer as it comes. Throws `ApiError` when it is refused before it begins. */
export async function* answerStream({ model, messages, session, signal }: Question): AsyncGenerator<AnswerPiece> {
  const response = await send('/v1/chat/completions', {
    method: 'POST',
    body: { model, messages, stream: true, stream_options: { include_usage: true } },
    headers: { 'x-gatehouse-trailer': '1', 'x-gatehouse-session': session, accept: 'text/event-stream' },
    signal,
  })
  if (!response.ok || !response.body) throw await errorOf(response)
  const header = (name: string) => response.headers.get(name)
  yield {
    kind: 'begun',
    requestId: header('x-request-id'),
    decisionId: header('x-gatehouse-decision'),
    warnings: header('x-gatehouse-warnings'),
  }
  for await (const line of linesOf(response.body)) {
    if (line.startsWith(': gatehouse ')) yield spentIn(line.slice(': gatehouse '.length))
    else if (line.startsWith('data:') && line !== 'data: [DONE]') yield* piecesIn(line.slice('data:'.length))
  }
}

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader()
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    const lines = (rest + value).split(/\r?\n/)
    rest = lines.pop() ?? ''
    yield* lines
  }
  if (rest) yield rest
}

interface Chunk {
  readonly error?: {
    readonly message?: string
    readonly code?: string | null
    readonly gatehouse?: { readonly code?: string }
  }
  readonly choices?: readonly {
    readonly delta?: { readonly content?: string | null; readonly refusal?: string | null }
    readonly finish_reason?: string | null
  }[]
}

function* piecesIn(data: string): Generator<AnswerPiece> {
  const chunk = JSON.parse(data) as Chunk
  if (chunk.error) {
    const { message = '', code, gatehouse } = chunk.error
    yield { kind: 'failed', code: gatehouse?.code ?? code ?? 'failed', message }
    return
  }
  const [choice] = chunk.choices ?? []
  const text = choice?.delta?.content ?? choice?.delta?.refusal
  if (text) yield { kind: 'text', text }
  if (choice?.finish_reason) yield { kind: 'finished', reason: choice.finish_reason }
}

function spentIn(text: string): AnswerPiece {
  const { costUsd, inputTokens, outputTokens } = JSON.parse(text) as {
    costUsd: string
    inputTokens: number
    outputTokens: number
  }
  return { kind: 'spent', costUsd: Number(costUsd), inputTokens, outputTokens }
}
