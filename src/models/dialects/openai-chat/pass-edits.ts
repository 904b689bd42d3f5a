import { type JsonEdit, patchJson } from '../../../lib/json.ts'
import type { ChatCall } from '../canonical.ts'
import type { EncodeContext } from '../dialect.ts'
import { dropParameter } from '../loss.ts'

/**
 * What must change in a caller's own body for a server that departs from OpenAI: names it has for parameters, a role it
 * does not know, parameters it refuses (declared; strict mode refuses them). Streams ask for usage where that may be asked.
 * Everything else stays as it came.
 */
export function passEdits(text: string, call: ChatCall, context: EncodeContext): readonly JsonEdit[] {
  return [
    ...usageEdits(call, context),
    ...boundEdits(text, call, context),
    ...seedEdits(call, context),
    ...messageEdits(call, context),
    ...refusedEdits(text, context),
  ]
}

function usageEdits(call: ChatCall, { target }: EncodeContext): readonly JsonEdit[] {
  if (target.compatibility?.streamOptions === false) return [{ at: ['stream_options'], literal: undefined }]
  return call.stream ? [{ at: ['stream_options', 'include_usage'], literal: 'true' }] : []
}

/** OpenAI takes the older name too, but not from models that think. */
function boundEdits(text: string, call: ChatCall, { target }: EncodeContext): readonly JsonEdit[] {
  const wanted = target.maxTokensField
  const other = wanted === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens'
  const isTold = wanted === undefined || (wanted === 'max_completion_tokens' && target.reasoning !== true)
  if (isTold || call.maxOutputTokens === undefined || !text.includes(`"${other}"`)) return []
  return [
    { at: [other], literal: undefined },
    { at: [wanted], literal: String(call.maxOutputTokens) },
  ]
}

function seedEdits(call: ChatCall, { target }: EncodeContext): readonly JsonEdit[] {
  const field = target.compatibility?.seedField
  if (field === undefined || call.sampling.seed === undefined) return []
  return [
    { at: ['seed'], literal: undefined },
    { at: [field], literal: String(call.sampling.seed) },
  ]
}

function messageEdits(call: ChatCall, context: EncodeContext): readonly JsonEdit[] {
  const { compatibility, maxTokensField } = context.target
  const knowsDeveloper = compatibility?.developerRole ?? maxTokensField !== 'max_tokens'
  const takesNames = compatibility?.refuses?.includes('messages.name') !== true
  if (knowsDeveloper && takesNames) return []
  return call.messages.flatMap(({ role, name }, index): readonly JsonEdit[] => [
    ...(role === 'developer' && !knowsDeveloper ? [{ at: ['messages', index, 'role'], literal: '"system"' }] : []),
    ...(name !== undefined && !takesNames ? [withoutName(index, context)] : []),
  ])
}

function withoutName(index: number, context: EncodeContext): JsonEdit {
  dropParameter(context, 'messages.name')
  return { at: ['messages', index, 'name'], literal: undefined }
}

function refusedEdits(text: string, context: EncodeContext): readonly JsonEdit[] {
  return (context.target.compatibility?.refuses ?? []).flatMap((name) => {
    // A name may be written with escapes.
    if (!text.includes(`"${name}"`) && !text.includes('\\u')) return []
    const edit: JsonEdit = { at: [name], literal: undefined }
    // The name may stand somewhere else in the text: then there is nothing to delete, and nothing to declare.
    if (patchJson(text, [edit]) === text) return []
    dropParameter(context, name)
    return [edit]
  })
}
