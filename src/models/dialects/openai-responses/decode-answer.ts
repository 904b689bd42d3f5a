import { GatewayError } from '../../../lib/errors.ts'
import { isObject } from '../../../lib/json.ts'
import type { Block, ChatAnswer, Finish } from '../canonical.ts'
import type { JsonObject } from '../dialect.ts'
import { decodeErrorBody } from '../errors.ts'
import { inlineMedia } from '../media.ts'
import { restOf } from '../openai-chat/fields.ts'
import { decodeReasoning, decodeToolCall, placeOf } from './decode-items.ts'
import { decodeAnnotations } from './decode-parts.ts'
import { decodeUsage } from './usage.ts'

const KNOWN: ReadonlySet<string> = new Set([
  ...['id', 'object', 'created_at', 'model', 'output', 'output_text', 'usage', 'status', 'error', 'incomplete_details'],
  'service_tier',
])

/**
 * A response object in canonical form. Throws the error's own code for a response that failed, and `upstream_invalid` for
 * what is not a finished response.
 */
export function decodeAnswer(body: JsonObject): ChatAnswer {
  refuseFailed(body)
  if (!Array.isArray(body.output)) throw notAnAnswer('no output')
  const outputs: readonly unknown[] = body.output
  const blocks = outputs.flatMap((item, index) => (isObject(item) ? decodeOutputItem(item, index) : []))
  const logprobs = outputs.flatMap((item) => (isObject(item) ? logprobsOf(item) : []))
  const tier = textOf(body.service_tier)
  const usage = decodeUsage(body)
  const rest = restOf(body, KNOWN)
  const choice = {
    index: 0,
    blocks,
    finish: finishOf(body, blocks),
    ...(logprobs.length > 0 && { logprobs: { content: logprobs } }),
  }
  return {
    kind: 'chat',
    id: textOf(body.id) ?? '',
    model: textOf(body.model) ?? '',
    createdAt: typeof body.created_at === 'number' ? body.created_at * 1000 : 0,
    choices: [choice],
    ...(usage && { usage }),
    ...(tier && { serviceTier: tier }),
    ...(rest && { rest }),
  }
}

/** Throws when a response (or the response of an event) has failed, or is not finished and never will be. */
export function refuseFailed(response: JsonObject): void {
  const { error, status } = response
  if (status === 'failed' || (isObject(error) && status !== 'completed'))
    throw decodeErrorBody({ error: isObject(error) ? error : { message: 'The response failed.' } })
  if (status === 'cancelled' || status === 'queued' || status === 'in_progress') throw notAnAnswer(`status ${status}`)
}

/** Why a finished response ended: its status and reason, else what it holds. */
export function finishOf(response: JsonObject, blocks: readonly Pick<Block, 'kind'>[], hasRefusal = false): Finish {
  const details = isObject(response.incomplete_details) ? response.incomplete_details : {}
  if (details.reason === 'content_filter') return 'content-filter'
  if (response.status === 'incomplete') return details.reason === 'max_output_tokens' ? 'length' : 'other'
  if (blocks.some((block) => block.kind === 'tool-call')) return 'tool-calls'
  const refused = hasRefusal || blocks.some((block) => 'refusal' in block && block.refusal === true)
  return refused ? 'refusal' : 'stop'
}

const MESSAGE_KEYS: ReadonlySet<string> = new Set(['type', 'role', 'content'])

/** One output item as blocks; items that only this dialect knows (web searches, MCP calls, …) are opaque. */
export function decodeOutputItem(item: JsonObject, index: number): readonly Block[] {
  switch (item.type) {
    case 'message': {
      const place = placeOf(item, index, MESSAGE_KEYS)
      const parts = Array.isArray(item.content) ? item.content.filter(isObject) : []
      return parts.flatMap((part) => decodePart(part).map((block) => ({ ...block, item: place })))
    }
    case 'function_call':
    case 'custom_tool_call':
      return [decodeToolCall(item, ['output', index], true)]
    case 'reasoning':
      return [decodeReasoning(item, ['output', index], true)]
    case 'image_generation_call':
      if (typeof item.result === 'string')
        return [
          { kind: 'image', source: inlineMedia(item.result, 'image/png'), item: placeOf(item, index, IMAGE_KEYS) },
        ]
      return [opaque(item)]
    default:
      return [opaque(item)]
  }
}

const IMAGE_KEYS: ReadonlySet<string> = new Set(['type', 'result'])

/** An item or part as it came. */
export function opaque(item: JsonObject): Extract<Block, { kind: 'opaque' }> {
  return { kind: 'opaque', dialect: 'openai-responses', name: textOf(item.type) ?? 'item', value: item }
}

function decodePart(part: JsonObject): readonly Block[] {
  if (part.type === 'refusal' && typeof part.refusal === 'string')
    return [{ kind: 'text', text: part.refusal, refusal: true }]
  if (typeof part.text !== 'string') return [opaque(part)]
  const citations = decodeAnnotations(part.annotations)
  return [{ kind: 'text', text: part.text, ...(citations && { citations }) }]
}

function logprobsOf(item: JsonObject): readonly unknown[] {
  const parts = Array.isArray(item.content) ? item.content.filter(isObject) : []
  return parts.flatMap((part): readonly unknown[] => (Array.isArray(part.logprobs) ? part.logprobs : []))
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function notAnAnswer(why: string): GatewayError {
  return new GatewayError('upstream_invalid', { internalDetail: `not a response: ${why}` })
}
