import { answerGuard, type Channel, inspectAnswerText } from '../../governance/guardrails/index.ts'
import { GatewayError } from '../../lib/errors.ts'
import type { Block, ChatAnswer } from '../../models/dialects/index.ts'
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
  const changed = new Map<Block, Block>()
  for (const choice of whole.answer.choices) {
    for (const block of choice.blocks) {
      const safe = await inspectBlock(exchange, grant, block)
      if (safe !== block) changed.set(block, safe)
    }
  }
  if (changed.size === 0) return whole
  const choices = whole.answer.choices.map((choice) => {
    if (!choice.blocks.some((block) => changed.has(block))) return choice
    // Log probabilities spell the text out token by token, as it was.
    return { ...choice, blocks: choice.blocks.map((block) => changed.get(block) ?? block), logprobs: undefined }
  })
  const answer: ChatAnswer = { ...whole.answer, choices }
  return { ...whole, answer, raw: undefined }
}

async function inspectBlock(exchange: Exchange, grant: Grant, block: Block): Promise<Block> {
  const governed = textOf(block)
  if (!governed) return block
  const inspection = await inspectAnswerText(grant.guards, governed.channel, governed.text)
  exchange.verdicts.push(...inspection.verdicts)
  if (inspection.blocked) {
    const { guardrail, detector, message } = inspection.blocked
    throw new GatewayError('content_blocked', { message, facts: { guardrail, detector } })
  }
  const text = inspection.replaced.get(0)
  return text === undefined ? block : withText(block, text)
}

function textOf(block: Block): { readonly channel: Channel; readonly text: string } | undefined {
  if (block.kind === 'text' || block.kind === 'reasoning') return { channel: 'assistant', text: block.text }
  if (block.kind === 'tool-call') return { channel: 'tool-arguments', text: block.arguments }
  return undefined
}

function withText(block: Block, text: string): Block {
  if (block.kind === 'tool-call') return { ...block, arguments: text }
  // A signature vouches for the thought as it was; a masked thought must not carry it.
  if (block.kind === 'reasoning') return { ...block, text, signature: undefined }
  return block.kind === 'text' ? { ...block, text } : block
}
