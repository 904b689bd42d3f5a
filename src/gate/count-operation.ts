import { estimateTokens } from '../models/catalog/index.ts'
import type { ChatCall, ChatDialect } from '../models/dialects/index.ts'
import { planOf } from './ask-model.ts'
import type { Incoming } from './incoming.ts'
import { localOperation } from './local-operation.ts'
import { segmentsOf } from './texts.ts'

/** What sets one way of asking for a token count apart from another. */
export interface CountSurface {
  readonly name: string
  readonly dialect: ChatDialect
  readonly call: () => ChatCall
  readonly encode: (tokens: number) => object
}

/** Images and other media are counted as so many tokens each, because their size in tokens is the vendors' secret. */
const TOKENS_PER_MEDIUM = 1_000
/** What every message costs besides its text. */
const TOKENS_PER_MESSAGE = 4

/** Counts the tokens of a call. An estimate by the gate itself: it works for every model, and reaches no upstream. */
export function countOperation(surface: CountSurface, incoming: Incoming) {
  let call: ChatCall | undefined
  const decoded = () => {
    call ??= surface.call()
    return call
  }
  return localOperation(
    {
      name: surface.name,
      kind: 'model.count',
      encodeError: surface.dialect.encodeError,
      model: () => decoded().model,
      answer: (exchange) => {
        planOf(exchange, decoded().model)
        exchange.warn('estimated: the tokens were counted by the gateway')
        return surface.encode(tokensOf(decoded()))
      },
    },
    incoming,
  )
}

/** About how many tokens a call is. */
export function tokensOf(call: ChatCall): number {
  let tokens = call.messages.length * TOKENS_PER_MESSAGE
  for (const segment of segmentsOf(call)) tokens += estimateTokens(segment.text)
  for (const message of call.messages) {
    for (const block of message.blocks) {
      if (block.kind === 'image' || block.kind === 'audio') tokens += TOKENS_PER_MEDIUM
      if (block.kind === 'file' && block.source.kind !== 'text') tokens += TOKENS_PER_MEDIUM
    }
  }
  return tokens
}
