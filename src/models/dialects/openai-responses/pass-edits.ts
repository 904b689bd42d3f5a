import type { JsonEdit } from '../../../lib/json.ts'
import type { ChatCall } from '../canonical.ts'
import type { EncodeContext } from '../dialect.ts'

/** What is asked for so that thoughts can be sent back to a model that thinks; other models refuse to be asked. */
export const ENCRYPTED_REASONING = 'reasoning.encrypted_content'

/**
 * What changes in a caller's own body on its way to a target, because the gate keeps the state itself: nothing is stored at
 * the provider, which never sees an id of ours, and thoughts come in the form that can be sent back.
 */
export function passEdits(text: string, call: ChatCall, { target }: EncodeContext): readonly JsonEdit[] {
  const edits: JsonEdit[] = []
  if (call.echo?.store !== false) edits.push({ at: ['store'], literal: 'false' })
  if (call.echo?.previous_response_id !== undefined) edits.push({ at: ['previous_response_id'], literal: undefined })
  if (target.reasoning === true && !text.includes(`"${ENCRYPTED_REASONING}"`))
    edits.push({ at: ['include'], literal: JSON.stringify(wantedOf(call, [ENCRYPTED_REASONING])) })
  return edits
}

/** What a call wants included, and more. */
export function wantedOf(call: ChatCall, more: readonly string[]): readonly unknown[] {
  const given = call.dialect === 'openai-responses' && Array.isArray(call.rest?.include) ? call.rest.include : []
  return [...given, ...(call.sampling.logprobs === true ? ['message.output_text.logprobs'] : []), ...more]
}
