import { assertNever } from '../../lib/errors.ts'
import type { Exchange } from '../exchange.ts'
import type { Answer } from '../operation.ts'
import { addUsage, usageFromText } from '../price.ts'

/**
 * Counts what a whole answer used. A stream is counted by its relay as it passes, because its usage comes last.
 */
export function meter(exchange: Exchange, answer: Answer): Answer {
  switch (answer.kind) {
    case 'whole-chat':
    case 'whole-embed': {
      const { attempt } = answer.served
      const known = answer.answer.usage
      if (!known) exchange.metered.partial = true
      if (exchange.call) addUsage(exchange, attempt, known ?? usageFromText(exchange.call, answer.raw?.length ?? 0))
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
