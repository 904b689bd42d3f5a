import { isObject, type JsonEdit } from '../../../lib/json.ts'
import { patchEvent } from '../openai-chat/rewrite-frame.ts'

/**
 * Puts another text into one raw delta event, and leaves out the log probabilities that would repeat the old one. R says a
 * whole text again when it ends; streams that a guardrail looks at are therefore written anew by the gate, never patched.
 */
export function rewriteFrame(raw: string, texts: readonly string[]): string {
  const [text] = texts
  if (text === undefined) return raw
  return patchEvent(raw, (event) => {
    if (!isObject(event) || typeof event.delta !== 'string' || event.delta === text) return []
    const edits: JsonEdit[] = [{ at: ['delta'], literal: JSON.stringify(text) }]
    return Array.isArray(event.logprobs) ? [...edits, { at: ['logprobs'], literal: '[]' }] : edits
  })
}
