import { isObject, parseJson } from '../../../lib/json.ts'
import type { Block, DialectName, ReasoningBlock } from '../canonical.ts'

/** What another dialect needs to see again on the next turn, and this one has no field for. */
export interface Carried {
  readonly origin?: DialectName
  readonly signature?: string
  readonly encrypted?: string
  readonly id?: string
  /** `before`: the signature is not of a thought but of the text or tool call right before it. */
  readonly belongsTo?: 'before'
}

const PREFIX = 'gatehouse1.'

/**
 * Foreign signatures as one opaque text that travels in the `signature` of a `thinking` block: clients of this dialect
 * replay thinking blocks unmodified, so that a provider of another dialect gets its own signature back on the next turn.
 */
export function carry(carried: Carried): string {
  return PREFIX + Buffer.from(JSON.stringify(carried), 'utf8').toString('base64url')
}

/** What {@link carry} made a signature of; undefined for a signature of Anthropic's own. */
export function carriedIn(signature: string): Carried | undefined {
  if (!signature.startsWith(PREFIX)) return undefined
  try {
    const value: unknown = parseJson(Buffer.from(signature.slice(PREFIX.length), 'base64url').toString('utf8'))
    if (!isObject(value)) return {}
    return {
      ...(typeof value.origin === 'string' ? { origin: value.origin as DialectName } : {}),
      ...(typeof value.signature === 'string' ? { signature: value.signature } : {}),
      ...(typeof value.encrypted === 'string' ? { encrypted: value.encrypted } : {}),
      ...(typeof value.id === 'string' ? { id: value.id } : {}),
      ...(value.belongsTo === 'before' ? { belongsTo: 'before' as const } : {}),
    }
  } catch {
    return {}
  }
}

/** Whether Anthropic's models can check a thought's signature: they sign the same on Anthropic's API and on Bedrock. */
export function isReplayable(block: ReasoningBlock): boolean {
  const isOwn = block.origin === 'anthropic-messages' || block.origin === 'bedrock-converse'
  return isOwn && (hasText(block.signature) || hasText(block.encrypted))
}

function hasText(text: string | undefined): boolean {
  return text !== undefined && text !== ''
}

/** The signature in a wire block that only carries one for the block right before it; undefined for any other block. */
export function signatureForBefore(wire: unknown): string | undefined {
  if (!isObject(wire) || wire.type !== 'thinking' || typeof wire.signature !== 'string') return undefined
  const carried = carriedIn(wire.signature)
  return carried?.belongsTo === 'before' ? carried.signature : undefined
}

/** The block with the signature, where it is of a kind that may have one. */
export function withSignature(block: Block, signature: string): Block {
  return block.kind === 'tool-call' || block.kind === 'text' ? { ...block, signature } : block
}
