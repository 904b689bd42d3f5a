import type { ChatCall, Message } from '../canonical.ts'
import type { EncodeContext, EncodedCall } from '../dialect.ts'
import { dropContent, dropParameter, unsupportedContent } from '../loss.ts'
import { compact } from '../openai-chat/fields.ts'
import { echoOf } from './decode-call.ts'

/**
 * A call for an upstream that only completes text. A conversation of several turns is written as one text, each turn after
 * its speaker's name; tools cannot be said and are refused by name, other content is declared lost.
 */
export function encodeCall(call: ChatCall, context: EncodeContext): EncodedCall {
  const { sampling } = call
  const isOwn = call.dialect === 'openai-completions'
  const [tool] = call.tools
  if (tool !== undefined) throw unsupportedContent(context, `the tool ${tool.name}`)
  if (sampling.topK !== undefined) dropParameter(context, 'top_k')
  if (call.responseFormat !== undefined && call.responseFormat.kind !== 'text')
    dropParameter(context, 'response_format')
  if (call.reasoning !== undefined) dropParameter(context, 'reasoning')
  if (!isOwn) for (const key of Object.keys(call.rest ?? {})) dropParameter(context, key)
  const body = compact({
    model: context.target.model,
    prompt: promptOf(call, context),
    echo: echoOf(call) === '' ? undefined : true,
    max_tokens: call.maxOutputTokens,
    temperature: sampling.temperature,
    top_p: sampling.topP,
    seed: sampling.seed,
    frequency_penalty: sampling.frequencyPenalty,
    presence_penalty: sampling.presencePenalty,
    stop: sampling.stop,
    n: sampling.n,
    logprobs: sampling.logprobs === true ? (sampling.topLogprobs ?? 0) : undefined,
    logit_bias: sampling.logitBias,
    user: call.user,
    ...(call.stream && { stream: true, stream_options: { include_usage: true } }),
    ...(isOwn && call.rest),
  })
  return { body }
}

function promptOf(call: ChatCall, context: EncodeContext): string {
  const texts = call.messages.map((message) => ({ role: message.role, text: textOf(message, context) }))
  const [only] = texts
  if (texts.length === 1 && only?.role === 'user') return only.text
  context.warn('changed: messages (written as one prompt)')
  const turns = texts.map(({ role, text }) =>
    role === 'system' || role === 'developer' ? text : `${speaker(role)}: ${text}`,
  )
  return `${turns.join('\n\n')}\n\n${speaker('assistant')}:`
}

function speaker(role: Message['role']): string {
  return role === 'assistant' ? 'Assistant' : role === 'tool' ? 'Tool' : 'User'
}

function textOf(message: Message, context: EncodeContext): string {
  return message.blocks
    .flatMap((block) => {
      if (block.kind === 'text') return [block.text]
      dropContent(context, block.kind)
      return []
    })
    .join('')
}
