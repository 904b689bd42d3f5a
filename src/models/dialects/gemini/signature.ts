import { isObject, parseJson } from '../../../lib/json.ts'
import type { DialectName, ReasoningBlock } from '../canonical.ts'
import { base64ToText, textToBase64 } from '../media.ts'

type Signed = Pick<ReasoningBlock, 'origin' | 'signature' | 'encrypted' | 'id'>

const MARK = 'gatehouse1.'
/** The base64 of the mark, less the last character, which depends on what follows. */
const MARK_BASE64 = textToBase64(MARK).slice(0, 14)

/**
 * A thought's proof as `thoughtSignature`. Gemini clients replay it unmodified, so another provider's signature travels in
 * it, wrapped (as base64, because the SDKs decode it), and comes back to that provider on the next turn.
 */
export function writeSignature(block: Signed): string | undefined {
  const { origin, signature, encrypted, id } = block
  if (origin === 'gemini') return signature
  if (signature === undefined && encrypted === undefined && id === undefined) return undefined
  return textToBase64(MARK + JSON.stringify({ origin, signature, encrypted, id }))
}

/** What {@link writeSignature} wrote; any other signature is Gemini's own. */
export function readSignature(thoughtSignature: string | undefined): Signed {
  if (thoughtSignature === undefined) return { origin: 'gemini' }
  const carried = thoughtSignature.startsWith(MARK_BASE64) ? unwrap(thoughtSignature) : undefined
  return carried ?? { origin: 'gemini', signature: thoughtSignature }
}

function unwrap(thoughtSignature: string): Signed | undefined {
  const text = base64ToText(thoughtSignature.replace(/-/g, '+').replace(/_/g, '/'))
  if (text === undefined || !text.startsWith(MARK)) return undefined
  const value = parsed(text.slice(MARK.length))
  if (!isObject(value)) return undefined
  const { origin, signature, encrypted, id } = value
  return {
    ...(isDialect(origin) ? { origin } : {}),
    ...(typeof signature === 'string' ? { signature } : {}),
    ...(typeof encrypted === 'string' ? { encrypted } : {}),
    ...(typeof id === 'string' ? { id } : {}),
  }
}

const DIALECTS: ReadonlySet<unknown> = new Set<DialectName>([
  'openai-chat',
  'openai-responses',
  'anthropic-messages',
  'bedrock-converse',
  'cohere-chat',
  'sandbox',
])

function isDialect(value: unknown): value is DialectName {
  return DIALECTS.has(value)
}

function parsed(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}
