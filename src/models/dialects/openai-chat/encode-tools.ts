import { isObject } from '../../../lib/json.ts'
import type { ChatCall, Tool } from '../canonical.ts'
import type { JsonObject } from '../dialect.ts'
import { dropParameter, unsupportedContent } from '../loss.ts'
import { type CallContext, encodeCacheControl } from './encode-parts.ts'
import { compact } from './fields.ts'

/**
 * `tools`, `tool_choice` and `parallel_tool_calls`. Tools native to another dialect are refused by name, strict or not:
 * leaving a tool out changes what the model can do. Nothing is written when there are no tools, for OpenAI refuses a choice then.
 */
export function encodeTools(call: ChatCall, context: CallContext): JsonObject {
  if (call.tools.length === 0) return {}
  if (context.target.tools === false) {
    dropParameter(context, 'tools')
    return {}
  }
  const allowed = allowedByFilter(call, context)
  const tools = allowed === undefined ? call.tools : call.tools.filter((tool) => allowed.includes(tool.name))
  if (tools.length === 0) return {}
  return compact({
    tools: tools.map((tool) => encodeTool(tool, context)),
    tool_choice: encodeChoice(call, context),
    parallel_tool_calls: call.parallelToolCalls,
  })
}

function encodeTool(tool: Tool, context: CallContext): JsonObject {
  if (tool.kind === 'native') return encodeNative(tool, context)
  const rest = context.isOwn ? tool.rest : undefined
  const { function: inner, ...outer } = rest ?? {}
  const spec = compact({
    name: tool.name,
    description: tool.description,
    parameters: tool.parameters,
    strict: tool.strict,
  })
  const cache = tool.cacheControl === undefined ? {} : encodeCacheControl(tool.cacheControl.ttl, context)
  return { type: 'function', function: { ...spec, ...(isObject(inner) ? inner : {}) }, ...outer, ...cache }
}

function encodeNative(tool: Extract<Tool, { kind: 'native' }>, context: CallContext): JsonObject {
  if (tool.dialect === 'openai-chat' && isObject(tool.value)) return tool.value
  const custom =
    tool.dialect === 'openai-responses' && isObject(tool.value) && tool.value.type === 'custom' ? tool.value : undefined
  if (custom === undefined) throw unsupportedContent(context, `the tool ${tool.name}`)
  const { type: _, format, ...spec } = custom
  return { type: 'custom', custom: format === undefined ? spec : { ...spec, format: grammarFormat(format) } }
}

/** R writes a grammar's members beside its type, CC one level deeper. */
function grammarFormat(format: unknown): unknown {
  if (!isObject(format) || format.type !== 'grammar' || format.grammar !== undefined) return format
  return { type: 'grammar', grammar: { syntax: format.syntax, definition: format.definition } }
}

/** Only OpenAI knows `allowed_tools`; offering just those tools means the same everywhere. */
function allowedByFilter(call: ChatCall, context: CallContext): readonly string[] | undefined {
  const isOpenai = context.target.maxTokensField === 'max_completion_tokens'
  return call.toolChoice?.kind === 'allowed' && !isOpenai ? call.toolChoice.names : undefined
}

function encodeChoice(call: ChatCall, context: CallContext): unknown {
  const choice = call.toolChoice
  if (choice === undefined) return undefined
  if (choice.kind === 'named') return named(choice.name, call.tools)
  if (choice.kind !== 'allowed') return choice.kind
  const mode = choice.required ? 'required' : 'auto'
  if (allowedByFilter(call, context) !== undefined) return mode
  const tools = choice.names.map((name) => named(name, call.tools))
  return { type: 'allowed_tools', allowed_tools: { mode, tools } }
}

function named(name: string, tools: readonly Tool[]): JsonObject {
  const isCustom = tools.some((tool) => tool.kind === 'native' && tool.name === name)
  return isCustom ? { type: 'custom', custom: { name } } : { type: 'function', function: { name } }
}
