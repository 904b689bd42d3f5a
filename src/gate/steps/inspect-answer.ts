import { answerGuard, inspectAnswerTexts } from '../../governance/guardrails/index.ts'
import { GatewayError } from '../../lib/errors.ts'
import { answerSegmentsOf, replaceAnswerTexts } from '../answer-texts.ts'
import type { Exchange } from '../exchange.ts'
import type { Grant } from '../grant.ts'
import type { Answer, WholeChat } from '../operation.ts'

/**
 * Guardrails on the answer: a whole one now, a stream as it passes (the guard travels with it).
 * Ends with `content_blocked`.
 */
export async function inspectAnswer(exchange: Exchange, grant: Grant, answer: Answer): Promise<Answer> {
  if (!grant.guards.inspectsAnswers) return answer
  if (answer.kind === 'streamed-chat') return { ...answer, guard: answerGuard(grant.guards) }
  if (answer.kind !== 'whole-chat') return answer
  return inspectWhole(exchange, grant, answer)
}

async function inspectWhole(exchange: Exchange, grant: Grant, whole: WholeChat): Promise<WholeChat> {
  const inspection = await inspectAnswerTexts(grant.guards, answerSegmentsOf(whole.answer))
  exchange.verdicts.push(...inspection.verdicts)
  if (inspection.blocked) {
    const { guardrail, detector, message } = inspection.blocked
    throw new GatewayError('content_blocked', { message, facts: { guardrail, detector } })
  }
  if (inspection.replaced.size === 0) return whole
  return { ...whole, answer: replaceAnswerTexts(whole.answer, inspection.replaced), raw: undefined }
}
