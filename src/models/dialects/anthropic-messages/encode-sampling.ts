import type { ChatCall, Sampling } from '../canonical.ts'
import type { EncodeContext, JsonObject } from '../dialect.ts'
import { changeParameter, dropParameter } from '../loss.ts'

/** What steers sampling, in Anthropic's words and within its rules; `thinks` narrows them further. */
export function encodeSampling(call: ChatCall, thinks: boolean, context: EncodeContext): JsonObject {
  const { sampling } = call
  dropUnknown(sampling, context)
  const temperature = encodeTemperature(sampling.temperature, thinks, context)
  const topP = encodeTopP({ call, temperature, thinks }, context)
  const topK = thinks ? undefined : sampling.topK
  if (thinks && sampling.topK !== undefined) dropParameter(context, 'top_k', 'thinking is on')
  const stop = encodeStop(sampling.stop, context)
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { top_p: topP }),
    ...(topK === undefined ? {} : { top_k: topK }),
    ...(stop.length === 0 ? {} : { stop_sequences: stop }),
  }
}

/** Stop sequences that hold more than white space: Anthropic refuses the others. */
export function encodeStop(stop: readonly string[] | undefined, context: EncodeContext): readonly string[] {
  const texts = stop ?? []
  const solid = texts.filter((text) => text.trim() !== '')
  if (solid.length < texts.length) dropParameter(context, 'stop of white space alone')
  return solid
}

/** Declares what neither Anthropic nor Bedrock Converse has: penalties, seed, log probabilities, logit bias. */
export function dropUnknown(sampling: Sampling, context: EncodeContext): void {
  if (sampling.seed !== undefined) dropParameter(context, 'seed')
  if ((sampling.frequencyPenalty ?? 0) !== 0) dropParameter(context, 'frequency_penalty')
  if ((sampling.presencePenalty ?? 0) !== 0) dropParameter(context, 'presence_penalty')
  if (Object.keys(sampling.logitBias ?? {}).length > 0) dropParameter(context, 'logit_bias')
  if (sampling.logprobs) dropParameter(context, 'logprobs')
  if ((sampling.topLogprobs ?? 0) !== 0) dropParameter(context, 'top_logprobs')
}

/** 0 to 1; other dialects go to 2. While thinking only 1, which is the default. */
function encodeTemperature(asked: number | undefined, thinks: boolean, context: EncodeContext): number | undefined {
  if (asked === undefined || (thinks && asked === 1)) return undefined
  if (thinks || context.target.temperature === false) {
    dropParameter(context, 'temperature', thinks ? 'thinking is on' : undefined)
    return undefined
  }
  if (asked <= 1) return asked
  changeParameter(context, 'temperature', 'lowered to 1, the most there is')
  return 1
}

/** Newer models refuse `top_p` beside `temperature`; other dialects' clients often send both. While thinking: 0.95 to 1. */
function encodeTopP(
  asked: { readonly call: ChatCall; readonly temperature: number | undefined; readonly thinks: boolean },
  context: EncodeContext,
): number | undefined {
  const { topP } = asked.call.sampling
  if (topP === undefined) return undefined
  const isForeign = asked.call.dialect !== 'anthropic-messages'
  if (isForeign && topP === 1) return undefined
  if (context.target.temperature === false || (asked.thinks && topP < 0.95)) {
    dropParameter(context, 'top_p')
    return undefined
  }
  if (isForeign && asked.temperature !== undefined) {
    dropParameter(context, 'top_p', 'temperature is given too')
    return undefined
  }
  return topP
}
