import { isObject } from '../../../lib/json.ts'
import type { ChatCall, ResponseFormat } from '../canonical.ts'
import type { EncodeContext, EncodedCall, JsonObject } from '../dialect.ts'
import { changeParameter, dropParameter, dropRest, refuseSeveralAnswers, unsupportedContent } from '../loss.ts'
import { type ArrangedConversation, arrangeTurns, beginWithUser } from '../turns.ts'
import { limitBreakpoints } from './cache-breakpoints.ts'
import { isReplayable } from './carry.ts'
import { type BlockContext, encodeBlocks, keepsBlock, textAlone } from './encode-blocks.ts'
import { encodeSampling } from './encode-sampling.ts'
import { planTools } from './encode-tools.ts'
import { fitSchema } from './schema.ts'
import { planThinking } from './thinking.ts'

/** Output bound where neither the caller nor the catalogue names one: every model of the vendor takes it. */
const DEFAULT_MAX_TOKENS = 4096

/**
 * A call of any dialect as a request to `/v1/messages`. Losses are declared through `context.warn`; strict mode refuses
 * them. Refused in any mode: `n` > 1, tools and content that only another vendor knows.
 */
export function encodeCall(call: ChatCall, context: EncodeContext): EncodedCall {
  const blockContext: BlockContext = { ...context, isOwn: call.dialect === 'anthropic-messages' }
  refuseSeveralAnswers(call, context)
  const conversation = arrange(call, blockContext)
  const isJsonByTool = givesJsonByTool(call.responseFormat, context)
  const tools = planTools(call, isJsonByTool, blockContext)
  const maxTokens = boundOutput(call, context)
  const thinking = planThinking(call, { context, maxTokens, isToolForced: tools.isForced, turns: conversation.turns })
  const outputConfig = {
    ...(thinking.effort === undefined ? {} : { effort: thinking.effort }),
    ...(isJsonByTool ? {} : nativeFormat(call, blockContext)),
  }
  const body = {
    model: context.target.model,
    max_tokens: thinking.maxTokens,
    ...encodeConversation(conversation, tools.tools, blockContext),
    ...(tools.choice === undefined ? {} : { tool_choice: tools.choice }),
    ...(thinking.thinking === undefined ? {} : { thinking: thinking.thinking }),
    ...encodeSampling(call, thinking.isOn, context),
    ...encodeIdentity(call, context),
    ...(call.stream ? { stream: true } : {}),
  }
  return { body: withRest(call, { body, outputConfig }, blockContext) }
}

/** The same conversation for `/v1/messages/count_tokens`, which takes neither bounds nor sampling. */
export function encodeCountCall(call: ChatCall, context: EncodeContext): EncodedCall {
  const { body } = encodeCall({ ...call, sampling: {}, stream: false }, context)
  const counted = ['model', 'messages', 'system', 'tools', 'tool_choice', 'thinking', 'output_config', 'mcp_servers']
  return { body: Object.fromEntries(Object.entries(body).filter(([key]) => counted.includes(key))) }
}

function arrange(call: ChatCall, context: BlockContext): ArrangedConversation {
  if (call.messages.some(({ name }) => name !== undefined)) dropParameter(context, 'messages.name')
  const conversation = arrangeTurns(call.messages, {
    keeps: (block) => keepsBlock(block, context, isReplayable),
    systemInPlace: context.isOwn,
  })
  return beginWithUser(conversation, context)
}

function encodeConversation(conversation: ArrangedConversation, tools: readonly JsonObject[], context: BlockContext) {
  const foreign = conversation.system.find(({ kind }) => kind !== 'text')
  if (foreign !== undefined) throw unsupportedContent(context, `a block of kind ${foreign.kind} in a system message`)
  const { parts, removed } = limitBreakpoints<unknown>([
    tools,
    encodeBlocks(conversation.system, context),
    conversation.turns.map(({ role, blocks }) => ({ role, content: encodeBlocks(blocks, context) })),
  ])
  if (removed > 0) dropParameter(context, `cache_control beyond 4 breakpoints (${removed})`)
  const [wireTools, wireSystem, wireTurns] = parts as readonly [
    readonly JsonObject[],
    readonly JsonObject[],
    readonly JsonObject[],
  ]
  return {
    ...(wireSystem.length === 0 ? {} : { system: textAlone(wireSystem) ?? wireSystem }),
    messages: wireTurns.map((turn) => ({ ...turn, content: textAlone(turn.content as JsonObject[]) ?? turn.content })),
    ...(wireTools.length === 0 ? {} : { tools: wireTools }),
  }
}

function boundOutput(call: ChatCall, context: EncodeContext): number {
  const most = context.target.maxOutputTokens
  const asked = call.maxOutputTokens
  if (asked === undefined) return most ?? DEFAULT_MAX_TOKENS
  if (most === undefined || asked <= most) return asked
  changeParameter(context, 'max_tokens', `lowered to ${most}, the most of this model`)
  return most
}

function givesJsonByTool(format: ResponseFormat | undefined, context: EncodeContext): boolean {
  if (format === undefined || format.kind === 'text') return false
  return format.kind === 'json' || context.target.structuredOutput === false
}

function nativeFormat(call: ChatCall, context: BlockContext): { readonly format?: JsonObject } {
  const format = call.responseFormat
  if (format?.kind !== 'json-schema') return {}
  if (context.isOwn) return { format: { type: 'json_schema', schema: format.schema } }
  const { schema, removed } = fitSchema(format.schema)
  if (removed.length > 0) changeParameter(context, 'response_format', `not enforced: ${removed.join(', ')}`)
  return { format: { type: 'json_schema', schema } }
}

/** `user` and the service tier, where Anthropic has words for them. */
function encodeIdentity(call: ChatCall, context: EncodeContext): JsonObject {
  const isOwn = call.dialect === 'anthropic-messages'
  if (call.metadata !== undefined && !isOwn) dropParameter(context, 'metadata')
  const metadata = {
    ...(isOwn ? call.metadata : {}),
    ...(call.user === undefined ? {} : { user_id: call.user }),
  }
  const tier = isOwn || call.serviceTier === 'auto' ? call.serviceTier : undefined
  const isDefault = call.serviceTier === 'default'
  if (call.serviceTier !== undefined && tier === undefined && !isDefault) dropParameter(context, 'service_tier')
  return {
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
    ...(isDefault && !isOwn ? { service_tier: 'standard_only' } : {}),
    ...(tier === undefined ? {} : { service_tier: tier }),
  }
}

function withRest(
  call: ChatCall,
  parts: { body: JsonObject; outputConfig: JsonObject },
  context: BlockContext,
): JsonObject {
  const rest = call.rest ?? {}
  if (!context.isOwn) dropRest(context, rest)
  const { output_config: more, ...others } = context.isOwn ? rest : {}
  const outputConfig = { ...parts.outputConfig, ...(isObject(more) ? more : {}) }
  return {
    ...parts.body,
    ...(Object.keys(outputConfig).length === 0 ? {} : { output_config: outputConfig }),
    ...others,
  }
}
