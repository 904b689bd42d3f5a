import type { ChatCall, Path } from '../canonical.ts'
import type { JsonObject } from '../dialect.ts'
import { decodeSampling } from '../openai-chat/decode-call.ts'
import {
  booleanField,
  invalid,
  numberField,
  objectField,
  requiredString,
  restOf,
  stringField,
} from '../openai-chat/fields.ts'

const KNOWN: ReadonlySet<string> = new Set([
  ...[
    'model',
    'prompt',
    'stream',
    'stream_options',
    'echo',
    'best_of',
    'max_tokens',
    'temperature',
    'top_p',
    'top_k',
    'seed',
  ],
  ...['frequency_penalty', 'presence_penalty', 'stop', 'n', 'logprobs', 'logit_bias', 'user'],
])

/** The most likely tokens that can be asked for at each place (OpenAI API reference, 2026-11). */
const MAX_LOGPROBS = 5

/**
 * A legacy completions request (OpenAI API reference, 2026-11) as a conversation of one user message. `echo` is kept in the
 * message's `rest` and honoured when the answer is written. `suffix` stays in `rest`: only a completions upstream knows it.
 * Several prompts, prompts of token ids and a `best_of` that differs from `n` are refused: no conversation can say them.
 */
export function decodeCall(body: JsonObject): ChatCall {
  const { text, at } = decodePrompt(body.prompt)
  const { logprobs: _, ...plain } = body
  const topLogprobs = numberField(body, 'logprobs', { integer: true, min: 0, max: MAX_LOGPROBS })
  const sampling = decodeSampling(plain)
  const bestOf = numberField(body, 'best_of', { integer: true, min: 1 })
  if (bestOf !== undefined && bestOf !== (sampling.n ?? 1)) {
    throw invalid(['best_of'], "only the value of 'n' is accepted: the gateway returns every answer it pays for.")
  }
  const echo = booleanField(body, 'echo') === true
  return {
    kind: 'chat',
    dialect: 'openai-completions',
    model: requiredString(body, 'model'),
    messages: [{ role: 'user', blocks: [{ kind: 'text', text, at }], ...(echo && { rest: { echo } }) }],
    tools: [],
    sampling: { ...sampling, ...(topLogprobs !== undefined && { logprobs: true, topLogprobs }) },
    maxOutputTokens: numberField(body, 'max_tokens', { integer: true, min: 1 }),
    stream: booleanField(body, 'stream') ?? false,
    includeUsage: objectField(body, 'stream_options')?.include_usage === true,
    user: stringField(body, 'user'),
    rest: restOf(body, KNOWN),
  }
}

/** The prompt that a completions call asked to have repeated before the answer; empty when it did not ask. */
export function echoOf(call: ChatCall): string {
  const [message] = call.messages
  if (message?.rest?.echo !== true) return ''
  return message.blocks.map((block) => (block.kind === 'text' ? block.text : '')).join('')
}

function decodePrompt(prompt: unknown): { readonly text: string; readonly at: Path } {
  if (typeof prompt === 'string') return { text: prompt, at: ['prompt'] }
  if (prompt === undefined || prompt === null) throw invalid(['prompt'], 'it is required.')
  if (!Array.isArray(prompt)) throw invalid(['prompt'], 'a string is expected.')
  const [only] = prompt as readonly unknown[]
  if (typeof only === 'number' || Array.isArray(only))
    throw invalid(['prompt'], 'token ids are not accepted: send the prompt as text.')
  if (prompt.length !== 1) throw invalid(['prompt'], 'exactly one prompt is accepted: send one request for each.')
  if (typeof only !== 'string') throw invalid(['prompt', 0], 'a string is expected.')
  return { text: only, at: ['prompt', 0] }
}
