import { isObject } from '../../../lib/json.ts'
import type { ChatCall } from '../canonical.ts'
import type { EncodeContext, EncodedCall, JsonObject } from '../dialect.ts'
import { dropParameter } from '../loss.ts'
import { encodeMessages } from './encode-messages.ts'
import type { CallContext } from './encode-parts.ts'
import { encodeFormat, encodeReasoning, encodeSampling } from './encode-settings.ts'
import { encodeTools } from './encode-tools.ts'
import { compact } from './fields.ts'

/**
 * A call of any dialect as a chat completions request for one target. Unknown parameters are written again only when the
 * call came in this dialect; elsewhere they are declared lost. A stream always asks for usage: the gate meters it, and
 * strips it again when the caller did not ask.
 */
export function encodeCall(call: ChatCall, given: EncodeContext): EncodedCall {
  const context = callContext(call, given)
  const body: JsonObject = {
    model: context.target.model,
    messages: encodeMessages(call, context),
    ...encodeTools(call, context),
    ...encodeFormat(call, context),
    ...encodeReasoning(call, context),
    ...encodeSampling(call, context),
    ...encodeStream(call, context),
    ...encodeIdentity(call, context),
    ...encodeRest(call, context),
  }
  return { body: withoutRefused(withSchemaInWords(body, call, context), context) }
}

/** Each loss is declared once, however often it occurs. */
function callContext(call: ChatCall, given: EncodeContext): CallContext {
  const declared = new Set<string>()
  const warn = (warning: string) => {
    if (!declared.has(warning)) given.warn(warning)
    declared.add(warning)
  }
  return { target: given.target, strict: given.strict, warn, isOwn: call.dialect === 'openai-chat' }
}

function encodeStream(call: ChatCall, context: EncodeContext): JsonObject {
  if (!call.stream) return {}
  if (context.target.compatibility?.streamOptions === false) return { stream: true }
  const options = call.dialect === 'openai-chat' && isObject(call.rest?.stream_options) ? call.rest.stream_options : {}
  return { stream: true, stream_options: { ...options, include_usage: true } }
}

function encodeIdentity(call: ChatCall, context: EncodeContext): JsonObject {
  const isOpenai = call.dialect.startsWith('openai-')
  // OpenAI refuses metadata unless the answer is stored, and tiers have other names elsewhere.
  const metadata = call.dialect === 'openai-chat' ? call.metadata : undefined
  if (call.metadata !== undefined && metadata === undefined) context.warn('dropped: metadata')
  if (call.serviceTier !== undefined && !isOpenai) dropParameter(context, 'service_tier')
  return compact({ user: call.user, metadata, service_tier: isOpenai ? call.serviceTier : undefined })
}

function encodeRest(call: ChatCall, context: EncodeContext): JsonObject {
  if (call.rest === undefined) return {}
  if (call.dialect === 'openai-chat') {
    const { stream_options: _, ...rest } = call.rest
    return rest
  }
  for (const key of Object.keys(call.rest)) dropParameter(context, key)
  return {}
}

/** A schema that became JSON mode is said in words: the servers in question demand that the prompt speaks of JSON. */
function withSchemaInWords(body: JsonObject, call: ChatCall, context: EncodeContext): JsonObject {
  const format = call.responseFormat
  if (format?.kind !== 'json-schema' || context.target.structuredOutput !== false || !Array.isArray(body.messages))
    return body
  const content = `Answer with one JSON object that is valid against this JSON Schema:\n${JSON.stringify(format.schema)}`
  return { ...body, messages: [{ role: 'system', content }, ...body.messages] }
}

function withoutRefused(body: JsonObject, context: EncodeContext): JsonObject {
  const refused = context.target.compatibility?.refuses ?? []
  if (refused.length === 0) return body
  return Object.fromEntries(
    Object.entries(body).filter(([key]) => {
      if (!refused.includes(key)) return true
      dropParameter(context, key)
      return false
    }),
  )
}
