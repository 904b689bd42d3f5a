import type { Segment } from '../governance/guardrails/index.ts'
import type { ChatAnswer } from '../models/dialects/index.ts'
import { type Visit, walkBlock, walkJson } from './texts.ts'

/** Every text in a whole answer that a guardrail must see: its blocks with what they cite, and unknown fields. */
export function answerSegmentsOf(answer: ChatAnswer): readonly Segment[] {
  const segments: Segment[] = []
  walk(answer, (channel, text) => {
    segments.push({ channel, text })
    return undefined
  })
  return segments
}

/**
 * Replaces texts by their number in {@link answerSegmentsOf}. A choice of which anything is masked loses its log
 * probabilities: they spell the text out token by token, as it was. Throws `content_blocked` when a mask breaks JSON.
 */
export function replaceAnswerTexts(answer: ChatAnswer, texts: ReadonlyMap<number, string>): ChatAnswer {
  let number = 0
  return walk(answer, () => texts.get(number++))
}

function walk(answer: ChatAnswer, visit: Visit): ChatAnswer {
  const choices = answer.choices.map((choice) => {
    let masked = false
    const blocks = choice.blocks.map((block) =>
      walkBlock(block, 'assistant', (channel, text, at) => {
        const replaced = visit(channel, text, at)
        masked ||= replaced !== undefined
        return replaced
      }),
    )
    return masked ? { ...choice, blocks, logprobs: undefined } : choice
  })
  return { ...answer, choices, rest: walkJson(answer.rest, 'assistant', visit) }
}
