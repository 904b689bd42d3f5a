import {
  answerGuard,
  type Guards,
  inspectAnswerTexts,
  type Pseudonyms,
  restoringGuard,
} from '../../governance/guardrails/index.ts'
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
  const pseudonyms = exchange.pseudonyms?.isEmpty() === false ? exchange.pseudonyms : undefined
  if (!guards.inspectsAnswers && !pseudonyms) return answer
  if (answer.kind === 'streamed-chat') {
    const guard = answerGuard(guards)
    return { ...answer, guard: pseudonyms ? restoringGuard(guard, pseudonyms) : guard }
  }
  const inspected = guards.inspectsAnswers ? await inspectWhole(exchange, guards, answer) : answer
  return pseudonyms ? restored(inspected, pseudonyms) : inspected
}

/** The answer with the values of the call where the model wrote their names. */
function restored(whole: WholeChat, pseudonyms: Pseudonyms): WholeChat {
  const replaced = new Map<number, string>()
  answerSegmentsOf(whole.answer).forEach(({ channel, text }, number) => {
    const own = pseudonyms.restore(text, channel === 'tool-arguments' || isJson(text))
    if (own !== text) replaced.set(number, own)
  })
  if (replaced.size === 0) return whole
  return { ...whole, answer: replaceAnswerTexts(whole.answer, replaced), raw: undefined }
}

/** Fields that a dialect does not know are looked at as their JSON. */
function isJson(text: string): boolean {
  if (!/^[[{]/.test(text)) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
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
