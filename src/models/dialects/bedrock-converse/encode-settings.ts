import { encodeSampling, encodeStop } from '../anthropic-messages/encode-sampling.ts'
import { planThinking, type ThinkingPlan } from '../anthropic-messages/thinking.ts'
import type { ChatCall } from '../canonical.ts'
import type { EncodeContext, JsonObject } from '../dialect.ts'
import { changeParameter, dropParameter } from '../loss.ts'
import type { Turn } from '../turns.ts'

/** What thinking depends on besides the call. */
export interface SettingsSituation {
  readonly isToolForced: boolean
  readonly turns: readonly Turn[]
}

/** Output bound for Claude where neither caller nor catalogue names one; other models have their own default. */
const DEFAULT_MAX_TOKENS = 4096

/** `inferenceConfig`, the model's own request fields and the service tier. */
export function encodeSettings(call: ChatCall, situation: SettingsSituation, context: EncodeContext): JsonObject {
  const settings = isClaude(context) ? claudeSettings(call, situation, context) : otherSettings(call, context)
  return { ...settings, ...encodeTier(call, context) }
}

/** By the model's name: ids, inference profiles and ARNs of Anthropic's models all hold one of these words. */
export function isClaude(context: EncodeContext): boolean {
  return /anthropic|claude/i.test(context.target.model)
}

function claudeSettings(call: ChatCall, situation: SettingsSituation, context: EncodeContext): JsonObject {
  const maxTokens = boundOutput(call, context) ?? DEFAULT_MAX_TOKENS
  const plan = planThinking(call, { context, maxTokens, ...situation })
  const sampling = encodeSampling(call, plan.isOn, context)
  const stop = sampling.stop_sequences
  const fields = claudeFields(plan, sampling.top_k)
  return {
    inferenceConfig: {
      maxTokens: plan.maxTokens,
      ...(sampling.temperature === undefined ? {} : { temperature: sampling.temperature }),
      ...(sampling.top_p === undefined ? {} : { topP: sampling.top_p }),
      ...(stop === undefined ? {} : { stopSequences: stop }),
    },
    ...(Object.keys(fields).length === 0 ? {} : { additionalModelRequestFields: fields }),
    ...(stop === undefined ? {} : { additionalModelResponseFieldPaths: ['/stop_sequence'] }),
  }
}

/** Claude's own fields travel beside the common ones. */
function claudeFields(plan: ThinkingPlan, topK: unknown): JsonObject {
  return {
    ...(plan.thinking === undefined ? {} : { thinking: plan.thinking }),
    ...(plan.effort === undefined ? {} : { output_config: { effort: plan.effort } }),
    ...(topK === undefined ? {} : { top_k: topK }),
  }
}

function otherSettings(call: ChatCall, context: EncodeContext): JsonObject {
  const maxTokens = boundOutput(call, context)
  const sampling = encodeSampling(
    { ...call, sampling: { ...call.sampling, topP: undefined, topK: undefined, stop: undefined } },
    false,
    context,
  )
  const stop = encodeStop(call.sampling.stop, context)
  const { topP, topK } = call.sampling
  if (topK !== undefined) dropParameter(context, 'top_k')
  const config = {
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...(sampling.temperature === undefined ? {} : { temperature: sampling.temperature }),
    ...(topP === undefined ? {} : { topP }),
    ...(stop.length === 0 ? {} : { stopSequences: stop }),
  }
  const fields = otherReasoning(call, context)
  return {
    ...(Object.keys(config).length === 0 ? {} : { inferenceConfig: config }),
    ...(Object.keys(fields).length === 0 ? {} : { additionalModelRequestFields: fields }),
  }
}

/** OpenAI's open models and Amazon's Nova take an effort in fields of their own; others think as they like. */
function otherReasoning(call: ChatCall, context: EncodeContext): JsonObject {
  const wish = call.reasoning
  const isOff = wish === undefined || wish.mode === 'off' || wish.effort === 'none'
  if (isOff) return {}
  const effort = {
    none: 'low',
    minimal: 'low',
    low: 'low',
    medium: 'medium',
    high: 'high',
    xhigh: 'high',
    max: 'high',
  }[wish.effort ?? 'medium']
  if (/openai\.|gpt-oss/.test(context.target.model)) return { reasoning_effort: effort }
  if (/nova-2/.test(context.target.model)) return { reasoningConfig: { type: 'enabled', maxReasoningEffort: effort } }
  dropParameter(context, 'reasoning')
  return {}
}

function boundOutput(call: ChatCall, context: EncodeContext): number | undefined {
  const most = context.target.maxOutputTokens
  const asked = call.maxOutputTokens
  if (asked === undefined || most === undefined || asked <= most) return asked ?? most
  changeParameter(context, 'max_tokens', `lowered to ${most}, the most of this model`)
  return most
}

function encodeTier(call: ChatCall, context: EncodeContext): JsonObject {
  const tier = call.serviceTier
  if (tier === undefined || tier === 'auto' || tier === 'standard_only') return {}
  if (tier === 'default' || tier === 'flex' || tier === 'priority') return { serviceTier: { type: tier } }
  dropParameter(context, 'service_tier')
  return {}
}
