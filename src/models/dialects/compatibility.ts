import { isObject } from '../../lib/json.ts'
import type { DialectName, ReasoningBlock, ReasoningRequest } from './canonical.ts'

type JsonObject = { readonly [key: string]: unknown }

/** How hard to think, without the word for not at all. */
export type Effort = Exclude<NonNullable<ReasoningRequest['effort']>, 'none'>

/**
 * Where a server that speaks OpenAI's chat format departs from OpenAI. Every field absent means: as OpenAI does, except
 * `developerRole`, which follows `maxTokensField` (a server that wants `max_tokens` seldom knows the role).
 */
export interface Compatibility {
  /** Thoughts of earlier turns are sent back in this field (DeepSeek and vLLM `reasoning_content`, OpenRouter and Groq `reasoning`). */
  readonly reasoningField?: 'reasoning_content' | 'reasoning'
  /** OpenRouter's `reasoning_details`, which carries signatures and encrypted thoughts both ways. */
  readonly reasoningDetails?: boolean
  /** How thinking is asked for; `none` where the server has no such parameter. */
  readonly reasoningRequest?: 'reasoning_effort' | 'reasoning' | 'thinking' | 'none'
  /** The efforts it knows, from least to most; a lesser or greater one is the nearest of these. All of OpenAI's when absent. */
  readonly efforts?: readonly Effort[]
  /** The server reads `cache_control` on content parts and tools (OpenRouter, Anthropic-compatible). */
  readonly cacheControl?: boolean
  /** The server takes `top_k` (OpenRouter, Together, Fireworks, vLLM). */
  readonly topK?: boolean
  /** The server knows the role `developer`. */
  readonly developerRole?: boolean
  /** `false` where `stream_options` is refused. */
  readonly streamOptions?: boolean
  /** Stop sequences accepted; 4 when absent. */
  readonly maxStop?: number
  /** The name of the seed parameter: Mistral's is `random_seed`. */
  readonly seedField?: string
  /** Parameters that the server refuses with an error, or that would lead past policy; they are dropped with a warning. `messages.name`: names in messages. */
  readonly refuses?: readonly string[]
}

/** A thought in a CC message or delta, whichever field the vendor uses for it; undefined when there is none. */
export function reasoningTextOf(message: JsonObject): { readonly field: string; readonly text: string } | undefined {
  for (const field of ['reasoning_content', 'reasoning'] as const) {
    const text = message[field]
    if (typeof text === 'string' && text !== '') return { field, text }
  }
  return undefined
}

/** Which dialect a `format` of OpenRouter's `reasoning_details` belongs to, and back. */
const FORMATS: readonly (readonly [string, DialectName])[] = [
  ['anthropic-claude-v1', 'anthropic-messages'],
  ['google-gemini-v1', 'gemini'],
  ['openai-responses-v1', 'openai-responses'],
  ['bedrock-converse-v1', 'bedrock-converse'],
]

/**
 * Reasoning blocks from `reasoning_details` (OpenRouter, 2026-11): `reasoning.text` with its signature,
 * `reasoning.encrypted`, `reasoning.summary`. Undefined when the field is absent or says nothing.
 */
export function reasoningFromDetails(details: unknown): readonly ReasoningBlock[] | undefined {
  if (!Array.isArray(details)) return undefined
  const blocks = details.filter(isObject).flatMap((detail): readonly ReasoningBlock[] => {
    const text =
      typeof detail.text === 'string' ? detail.text : typeof detail.summary === 'string' ? detail.summary : ''
    const signature = typeof detail.signature === 'string' ? detail.signature : undefined
    const encrypted = typeof detail.data === 'string' ? detail.data : undefined
    if (text === '' && signature === undefined && encrypted === undefined) return []
    const origin = FORMATS.find(([format]) => format === detail.format)?.[1]
    const id = typeof detail.id === 'string' ? detail.id : undefined
    return [
      {
        kind: 'reasoning',
        text,
        ...(signature && { signature }),
        ...(encrypted && { encrypted }),
        ...(id && { id }),
        ...(origin && { origin }),
      },
    ]
  })
  return blocks.length === 0 ? undefined : blocks
}

/**
 * `reasoning_details` of the blocks, so that a caller who sends them back can have signed thoughts replayed unmodified.
 * Undefined when no block carries anything that plain text could not say.
 */
export function detailsOfReasoning(blocks: readonly ReasoningBlock[]): readonly JsonObject[] | undefined {
  if (!blocks.some((block) => block.signature !== undefined || block.encrypted !== undefined)) return undefined
  return blocks.map((block, index) => {
    const format = FORMATS.find(([, origin]) => origin === block.origin)?.[0]
    const common = { ...(block.id && { id: block.id }), ...(format && { format }), index }
    return block.encrypted !== undefined && block.text === ''
      ? { type: 'reasoning.encrypted', data: block.encrypted, ...common }
      : {
          type: 'reasoning.text',
          text: block.text,
          ...(block.signature && { signature: block.signature }),
          ...(block.encrypted && { data: block.encrypted }),
          ...common,
        }
  })
}

/** Gemini's thought signature on a tool call as Google's OpenAI-compatible endpoint carries it. */
export function thoughtSignatureOf(toolCall: JsonObject): string | undefined {
  const extra = toolCall.extra_content
  const google = isObject(extra) ? extra.google : undefined
  const signature = isObject(google) ? google.thought_signature : undefined
  return typeof signature === 'string' ? signature : undefined
}

/** The counterpart of {@link thoughtSignatureOf}: members to add to a CC tool call. */
export function withThoughtSignature(signature: string | undefined): JsonObject {
  return signature === undefined ? {} : { extra_content: { google: { thought_signature: signature } } }
}

/** The usage object of an answer or chunk: its own `usage`, else Groq's `x_groq.usage`; undefined while there is none. */
export function usageObjectOf(body: JsonObject): JsonObject | undefined {
  if (isObject(body.usage)) return body.usage
  const groq = body.x_groq
  return isObject(groq) && isObject(groq.usage) ? groq.usage : undefined
}
