import { isObject } from '../../../lib/json.ts'
import type { ChatCall, Tool, ToolChoice } from '../canonical.ts'
import type { JsonObject } from '../dialect.ts'
import { unsupportedParameter } from '../loss.ts'
import { calledTools } from '../turns.ts'
import { type BlockContext, encodeCacheControl } from './encode-blocks.ts'
import { JSON_TOOL, jsonToolDescription, jsonToolSchema, objectSchema } from './json-tool.ts'

/** `tools` and `tool_choice` of a request. */
export interface ToolPlan {
  readonly tools: readonly JsonObject[]
  readonly choice?: JsonObject
  /** The model must call a tool. */
  readonly isForced: boolean
}

/** Plans the tools; `asksJsonByTool` adds the reserved tool by which a JSON answer is given. */
export function planTools(call: ChatCall, asksJsonByTool: boolean, context: BlockContext): ToolPlan {
  const { offered, choice } = narrow(call)
  if (context.target.tools === false && (offered.length > 0 || asksJsonByTool)) {
    throw unsupportedParameter(context, offered.length > 0 ? 'tools' : 'response_format')
  }
  const tools = offered.map((tool) => encodeTool(tool, context))
  if (asksJsonByTool && call.responseFormat !== undefined) {
    const { responseFormat: format } = call
    const schema = jsonToolSchema(format)
    tools.push({ name: JSON_TOOL, description: jsonToolDescription(format), input_schema: schema })
    const mayCallOthers = offered.length > 0 && choice?.kind !== 'none'
    return withChoice(tools, jsonChoice(choice, mayCallOthers), call.parallelToolCalls)
  }
  if (tools.length === 0) return { tools: context.isOwn ? [] : namedInHistory(call, context), isForced: false }
  return withChoice(tools, choice, call.parallelToolCalls)
}

/** `allowed` narrows the tools themselves: Anthropic has no such choice. */
function narrow(call: ChatCall): { offered: readonly Tool[]; choice: ToolChoice | undefined } {
  const choice = call.toolChoice
  if (choice?.kind !== 'allowed') return { offered: call.tools, choice }
  const offered = call.tools.filter((tool) => choice.names.includes(tool.name))
  return { offered, choice: { kind: choice.required ? 'required' : 'auto' } }
}

/** A JSON answer is a tool call here: so some tool must be called, and the JSON one when no other may be. */
function jsonChoice(choice: ToolChoice | undefined, mayCallOthers: boolean): ToolChoice {
  if (choice?.kind === 'named') return choice
  return mayCallOthers ? { kind: 'required' } : { kind: 'named', name: JSON_TOOL }
}

function withChoice(
  tools: readonly JsonObject[],
  choice: ToolChoice | undefined,
  parallel: boolean | undefined,
): ToolPlan {
  const isForced = choice?.kind === 'required' || choice?.kind === 'named'
  const wire = encodeChoice(choice, parallel)
  return { tools, isForced, ...(wire === undefined ? {} : { choice: wire }) }
}

function encodeChoice(choice: ToolChoice | undefined, parallel: boolean | undefined): JsonObject | undefined {
  const single = parallel === false ? { disable_parallel_tool_use: true } : {}
  switch (choice?.kind) {
    case 'auto':
      return { type: 'auto', ...single }
    case 'required':
      return { type: 'any', ...single }
    case 'named':
      return { type: 'tool', name: choice.name, ...single }
    case 'none':
      return { type: 'none' }
    default:
      return parallel === false ? { type: 'auto', ...single } : undefined
  }
}

function encodeTool(tool: Tool, context: BlockContext): JsonObject {
  if (tool.kind === 'native') {
    if (tool.dialect === 'anthropic-messages' && isObject(tool.value)) return { ...tool.value }
    throw unsupportedParameter(context, `the tool "${tool.name}"`, `it is a tool of ${tool.dialect}`)
  }
  const strict = tool.strict === true && context.target.structuredOutput !== false
  return {
    name: tool.name,
    ...(tool.description === undefined ? {} : { description: tool.description }),
    input_schema: context.isOwn && isObject(tool.parameters) ? tool.parameters : objectSchema(tool.parameters),
    ...(strict || (context.isOwn && tool.strict !== undefined) ? { strict: tool.strict } : {}),
    ...(tool.cacheControl === undefined ? {} : { cache_control: encodeCacheControl(tool.cacheControl) }),
    ...(context.isOwn ? tool.rest : {}),
  }
}

/** Tool calls in the history need their tools declared, which other dialects do not demand on every turn. */
function namedInHistory(call: ChatCall, context: BlockContext): readonly JsonObject[] {
  const names = calledTools(call.messages)
  if (names.length > 0) context.warn('added: tools (those that the history names)')
  return names.map((name) => ({ name, input_schema: objectSchema(undefined) }))
}
