import type { ChatCall, Rest } from '../canonical.ts'
import type { EncodeContext, EncodedCall, JsonObject } from '../dialect.ts'
import { dropParameter } from '../loss.ts'
import { compact } from './fields.ts'
import { writeConfig } from './write-config.ts'
import { writeContents } from './write-contents.ts'
import { writeTools } from './write-tools.ts'

/**
 * A call of any dialect as a `GenerateContentRequest`. Model and streaming are not in the body: the provider puts them
 * into the path (`models/{model}:generateContent`, `:streamGenerateContent?alt=sse`). Throws `unsupported_parameter` and
 * `unsupported_content` for what cannot be said and may not be dropped.
 */
export function encodeCall(call: ChatCall, context: EncodeContext): EncodedCall {
  const once = declareOnce(context)
  const isOwn = call.dialect === 'gemini'
  const { contents, systemInstruction } = writeContents(call, once)
  const { generationConfig, instruction } = writeConfig(call, once)
  const { tools, toolConfig } = writeTools(call, once)
  if (!isOwn) dropForeign(call, once)
  return {
    body: compact({
      contents,
      systemInstruction: instruct(systemInstruction, instruction),
      tools,
      toolConfig,
      generationConfig,
      serviceTier: isOwn ? call.serviceTier : undefined,
      ...(isOwn ? ownRest(call.rest) : {}),
    }),
  }
}

function declareOnce(context: EncodeContext): EncodeContext {
  const said = new Set<string>()
  const warn = (warning: string) => {
    if (said.has(warning)) return
    said.add(warning)
    context.warn(warning)
  }
  return { ...context, warn }
}

function instruct(system: JsonObject | undefined, instruction: string | undefined): JsonObject | undefined {
  if (instruction === undefined) return system
  const parts = Array.isArray(system?.['parts']) ? system['parts'] : []
  return { parts: [...parts, { text: instruction }] }
}

/** Whom the call is for and what it is tagged with changes no answer: declared, but never refused. */
function dropForeign(call: ChatCall, context: EncodeContext): void {
  if (call.user !== undefined) context.warn('dropped: user')
  if (call.metadata !== undefined && Object.keys(call.metadata).length > 0) context.warn('dropped: metadata')
  const tier = call.serviceTier
  if (tier !== undefined && tier !== 'auto' && tier !== 'default') dropParameter(context, 'service_tier')
  for (const name of Object.keys(call.rest ?? {})) dropParameter(context, name)
}

/** The two configurations in `rest` are written where they belong. */
function ownRest(rest: Rest | undefined): Rest {
  const { generationConfig: _config, toolConfig: _tools, ...kept } = rest ?? {}
  return kept
}
