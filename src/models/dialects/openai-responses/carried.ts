import { carriedIn, carry } from '../anthropic-messages/carry.ts'
import type { ChatCall, ReasoningBlock } from '../canonical.ts'

type Proof = Pick<ReasoningBlock, 'origin' | 'signature' | 'encrypted'>

/**
 * A thought's proof as `encrypted_content`. R's clients replay it unmodified, so another provider's signature travels in it,
 * wrapped, and comes back to that provider on the next turn.
 */
export function writeProof(block: Proof): string | undefined {
  const { origin, signature, encrypted } = block
  if (signature === undefined && (origin === undefined || origin === 'openai-responses')) return encrypted
  if (signature === undefined && encrypted === undefined) return undefined
  return carry({ ...(origin && { origin }), ...(signature && { signature }), ...(encrypted && { encrypted }) })
}

/** What {@link writeProof} wrote; any other text is OpenAI's own. */
export function readProof(encryptedContent: unknown): Proof {
  if (typeof encryptedContent !== 'string' || encryptedContent === '') return { origin: 'openai-responses' }
  const carried = carriedIn(encryptedContent)
  if (carried === undefined) return { origin: 'openai-responses', encrypted: encryptedContent }
  const { origin, signature, encrypted } = carried
  return { ...(origin && { origin }), ...(signature && { signature }), ...(encrypted && { encrypted }) }
}

/**
 * Whether a call replays what only another provider can check (thoughts, signatures of tool calls). Its bytes must not reach
 * OpenAI as they are: it would refuse them.
 */
export function replaysForeignProof(call: ChatCall): boolean {
  return call.messages.some(({ blocks }) =>
    blocks.some(
      (block) =>
        (block.kind === 'reasoning' && block.origin !== 'openai-responses') ||
        (block.kind === 'tool-call' && block.signature !== undefined),
    ),
  )
}
