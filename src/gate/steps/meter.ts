import { assertNever } from '../../lib/errors.ts'
import type { Block } from '../../models/dialects/index.ts'
import type { Exchange } from '../exchange.ts'
import type { Answer } from '../operation.ts'
import { addUsage, countedUsage, usageFromText } from '../price.ts'

/**
 * Counts what a whole answer used. A stream is counted by its relay as it passes, because its usage comes last.
 */
export function meter(exchange: Exchange, answer: Answer): Answer {
  switch (answer.kind) {
    case 'whole-chat':
    case 'whole-embed': {
      if (!exchange.call) break
      const estimate = usageFromText(exchange.call, charactersOf(answer))
      const { usage, estimated } = countedUsage(answer.answer.usage, estimate)
      if (estimated) exchange.metered.partial = true
      addUsage(exchange, answer.served.attempt, usage)
      break
    }
    case 'streamed-chat':
    case 'ready':
      break
    default:
      return assertNever(answer)
  }
  return answer
}

/** How much text was written; vectors are no text. */
function charactersOf(answer: Answer): number {
  if (answer.kind !== 'whole-chat') return 0
  let characters = 0
  for (const choice of answer.answer.choices) for (const block of choice.blocks) characters += sizeOf(block)
  return characters
}

function sizeOf(block: Block): number {
  if (block.kind === 'text' || block.kind === 'reasoning') return block.text.length
  if (block.kind === 'tool-call') return block.name.length + block.arguments.length
  return block.kind === 'opaque' ? (JSON.stringify(block.value)?.length ?? 0) : 0
}
