import { isReplayable } from '../anthropic-messages/carry.ts'
import { JSON_TOOL, jsonToolDescription, jsonToolSchema, objectSchema } from '../anthropic-messages/json-tool.ts'
import { fitSchema } from '../anthropic-messages/schema.ts'
import type { Block, ChatCall, Tool } from '../canonical.ts'
import type { EncodeContext, EncodedCall, JsonObject } from '../dialect.ts'
import {
  changeParameter,
  dropContent,
  dropParameter,
  dropRest,
  refuseSeveralAnswers,
  unsupportedContent,
  unsupportedParameter,
} from '../loss.ts'
import { type ArrangedConversation, arrangeTurns, beginWithUser, calledTools } from '../turns.ts'
import { type CachePoints, cachePoints, encodeBlocks } from './encode-blocks.ts'
import { encodeSettings } from './encode-settings.ts'

/**
 * A call of any dialect as the body of `Converse` and `ConverseStream` (AWS API reference, 2026-11). The model stands in
 * the URL and streaming in the operation's name: neither is in the body. Losses are declared; strict mode refuses them.
 */
export function encodeCall(call: ChatCall, context: EncodeContext): EncodedCall {
  refuseSeveralAnswers(call, context)
  dropForeign(call, context)
  const conversation = arrange(call, context)
  const isJsonByTool = givesJsonByTool(call, context)
  const tools = planTools(call, isJsonByTool, context)
  const points = cachePoints(countBreakpoints(tools.tools, conversation), context)
  const toolConfig = encodeTools(tools, points)
  const system = encodeSystem(conversation, context, points)
  const messages = conversation.turns.map(({ role, blocks }) => ({
    role,
    content: withCompanion(encodeBlocks(blocks, context, points), context),
  }))
  return {
    body: {
      messages,
      ...(system.length === 0 ? {} : { system }),
      ...(toolConfig === undefined ? {} : { toolConfig }),
      ...encodeSettings(call, { isToolForced: tools.isForced, turns: conversation.turns }, context),
      ...(isJsonByTool ? {} : nativeFormat(call, context)),
    },
  }
}

function dropForeign(call: ChatCall, context: EncodeContext): void {
  if (call.messages.some(({ name }) => name !== undefined)) dropParameter(context, 'messages.name')
  if (call.user !== undefined) dropParameter(context, 'user')
  if (call.metadata !== undefined) dropParameter(context, 'metadata')
  if (call.rest !== undefined) dropRest(context, call.rest)
}

function arrange(call: ChatCall, context: EncodeContext): ArrangedConversation {
  const conversation = arrangeTurns(call.messages, { keeps: (block) => keeps(block, context) })
  return beginWithUser(conversation, context)
}

function keeps(block: Block, context: EncodeContext): boolean {
  if (block.kind === 'reasoning' && !isReplayable(block)) {
    dropContent(context, `reasoning of ${block.origin ?? 'another model'}`)
    return false
  }
  if (block.kind === 'opaque' && block.dialect !== 'bedrock-converse') {
    dropContent(context, `${block.name} of ${block.dialect}`)
    return false
  }
  return true
}

/** Native structured output only where the catalogue says so: few of the models behind Converse have it. */
function givesJsonByTool(call: ChatCall, context: EncodeContext): boolean {
  const format = call.responseFormat
  if (format === undefined || format.kind === 'text') return false
  return format.kind === 'json' || context.target.structuredOutput !== true
}

function nativeFormat(call: ChatCall, context: EncodeContext): JsonObject {
  const format = call.responseFormat
  if (format?.kind !== 'json-schema') return {}
  const { schema, removed } = fitSchema(format.schema)
  if (removed.length > 0) changeParameter(context, 'response_format', `not enforced: ${removed.join(', ')}`)
  const about = format.description === undefined ? {} : { description: format.description }
  const jsonSchema = { schema: JSON.stringify(schema), name: format.name, ...about }
  return { outputConfig: { textFormat: { type: 'json_schema', structure: { jsonSchema } } } }
}

type FunctionTool = Extract<Tool, { readonly kind: 'function' }>

interface ToolPlan {
  readonly tools: readonly FunctionTool[]
  readonly choice?: JsonObject
  readonly isForced: boolean
}

function planTools(call: ChatCall, isJsonByTool: boolean, context: EncodeContext): ToolPlan {
  const offered = offeredTools(call, context)
  const json = isJsonByTool ? jsonTools(call) : []
  if (context.target.tools === false && offered.length + json.length > 0) {
    throw unsupportedParameter(context, offered.length > 0 ? 'tools' : 'response_format')
  }
  if (call.parallelToolCalls === false && offered.length > 0) dropParameter(context, 'parallel_tool_calls')
  const tools = [...offered, ...json]
  const named = call.toolChoice?.kind === 'named' ? call.toolChoice.name : undefined
  const isNone = call.toolChoice?.kind === 'none'
  if (json.length > 0 && named === undefined) {
    const choice = offered.length === 0 || isNone ? { tool: { name: JSON_TOOL } } : { any: {} }
    return { tools, choice, isForced: true }
  }
  if (tools.length === 0 || isNone) return withoutChoice(call, tools, context)
  if (named !== undefined) return { tools, choice: { tool: { name: named } }, isForced: true }
  const { toolChoice } = call
  const isRequired = toolChoice?.kind === 'required' || (toolChoice?.kind === 'allowed' && toolChoice.required)
  if (isRequired) return { tools, choice: { any: {} }, isForced: true }
  return { tools, ...(toolChoice === undefined ? {} : { choice: { auto: {} } }), isForced: false }
}

function offeredTools(call: ChatCall, context: EncodeContext): readonly FunctionTool[] {
  const choice = call.toolChoice
  const tools = choice?.kind === 'allowed' ? call.tools.filter(({ name }) => choice.names.includes(name)) : call.tools
  return tools.map((tool) => {
    if (tool.kind === 'function') return tool
    throw unsupportedParameter(context, `the tool "${tool.name}"`, `it is a tool of ${tool.dialect}`)
  })
}

function jsonTools(call: ChatCall): readonly FunctionTool[] {
  const format = call.responseFormat ?? { kind: 'json' }
  const parameters = jsonToolSchema(format)
  return [{ kind: 'function', name: JSON_TOOL, description: jsonToolDescription(format), parameters }]
}

/** Converse has no `none`: no tools are offered then, unless the history calls some, which demands that they are. */
function withoutChoice(call: ChatCall, tools: readonly FunctionTool[], context: EncodeContext): ToolPlan {
  const called = calledTools(call.messages)
  if (called.length === 0) return { tools: [], isForced: false }
  if (tools.length > 0) {
    changeParameter(context, 'tool_choice', 'none is not known here, and the history calls tools')
    return { tools, isForced: false }
  }
  context.warn('added: tools (those that the history names)')
  return { tools: called.map((name) => ({ kind: 'function', name })), isForced: false }
}

function encodeTools({ tools, choice }: ToolPlan, points: CachePoints): JsonObject | undefined {
  if (tools.length === 0) return undefined
  const specs = tools.flatMap((tool) => [
    {
      toolSpec: {
        name: tool.name,
        ...(tool.description ? { description: tool.description } : {}),
        inputSchema: { json: objectSchema(tool.parameters) },
      },
    },
    ...points.after(tool.cacheControl),
  ])
  return { tools: specs, ...(choice === undefined ? {} : { toolChoice: choice }) }
}

function encodeSystem(
  conversation: ArrangedConversation,
  context: EncodeContext,
  points: CachePoints,
): readonly JsonObject[] {
  const foreign = conversation.system.find(({ kind }) => kind !== 'text')
  if (foreign !== undefined) throw unsupportedContent(context, `a block of kind ${foreign.kind} in a system message`)
  return encodeBlocks(conversation.system, context, points)
}

function countBreakpoints(tools: readonly FunctionTool[], { system, turns }: ArrangedConversation): number {
  const all = [...tools, ...system, ...turns.flatMap(({ blocks }) => blocks)]
  return all.filter(({ cacheControl }) => cacheControl !== undefined).length
}

/** A document needs a text beside it (AWS API reference, DocumentBlock). */
function withCompanion(content: readonly JsonObject[], context: EncodeContext): readonly JsonObject[] {
  const isBare = content.some((block) => 'document' in block) && !content.some((block) => 'text' in block)
  if (!isBare) return content
  context.warn('added: a text "." beside a document that stood alone')
  return [...content, { text: '.' }]
}
