import { answerGuard, type Guards, inspectAnswerTexts } from '../../governance/guardrails/index.ts'
import { GatewayError } from '../../lib/errors.ts'
import { answerSegmentsOf, replaceAnswerTexts } from '../answer-texts.ts'
import type { Exchange } from '../exchange.ts'
import type { Grant } from '../grant.ts'
import type { Answer, WholeChat } from '../operation.ts'
import { guardsOf } from '../stand-in.ts'

/**
 * Guardrails on the answer: a whole one now, a stream as it passes (the guard travels with it).
 * Ends with `content_blocked`.
 */
export async function inspectAnswer(exchange: Exchange, grant: Grant, answer: Answer): Promise<Answer> {
  if (answer.kind !== 'streamed-chat' && answer.kind !== 'whole-chat') return answer
  const guards = guardsOf(exchange, grant, answer.served.attempt.standIn ?? exchange.downgradedTo)
  if (!guards.inspectsAnswers) return answer
  if (answer.kind === 'streamed-chat') return { ...answer, guard: answerGuard(guards) }
  return inspectWhole(exchange, guards, answer)
}

async function inspectWhole(exchange: Exchange, guards: Guards, whole: WholeChat): Promise<WholeChat> {
  const inspection = await inspectAnswerTexts(guards, answerSegmentsOf(whole.answer))
  exchange.verdicts.push(...inspection.verdicts)
  if (inspection.blocked) {
    const { guardrail, detector, message } = inspection.blocked
    throw new GatewayError('content_blocked', { message, facts: { guardrail, detector } })
  }
  if (inspection.replaced.size === 0) return whole
  return { ...whole, answer: replaceAnswerTexts(whole.answer, inspection.replaced), raw: undefined }
}
