import { GatewayError } from '../../../lib/errors.ts'
import { isObject } from '../../../lib/json.ts'
import type { Block, ChatAnswer } from '../canonical.ts'
import type { JsonObject } from '../dialect.ts'
import { decodeErrorBody } from '../errors.ts'
import { notWanted, outlineOf } from '../upstream-text.ts'
import { readCitation, readFinish, readUsage } from './vocabulary.ts'

/**
 * An answer of `POST /v2/chat` in canonical form; `tool_plan` is a text before the calls. Cohere names neither model nor
 * time. Throws `upstream_invalid` for what is no such answer, `upstream_error` or `upstream_timeout` where the generation failed.
 */
export function decodeAnswer(body: JsonObject): ChatAnswer {
  const message = body['message']
  if (!isObject(message)) {
    if (typeof message === 'string') throw decodeErrorBody(body)
    throw notWanted('a Cohere answer', body)
  }
  throwIfFailed(body['finish_reason'], body['error'])
  const usage = readUsage(body['usage'])
  return {
    kind: 'chat',
    id: typeof body['id'] === 'string' ? body['id'] : '',
    model: '',
    createdAt: 0,
    choices: [
      {
        index: 0,
        blocks: readBlocks(message),
        finish: readFinish(body['finish_reason']),
        ...(body['logprobs'] === undefined || body['logprobs'] === null ? {} : { logprobs: body['logprobs'] }),
      },
    ],
    ...(usage === undefined ? {} : { usage }),
  }
}

/** Cohere says in the finish reason that the generation itself failed. */
export function throwIfFailed(reason: unknown, error: unknown): void {
  if (reason !== 'ERROR' && reason !== 'TIMEOUT') return
  const internalDetail = `finish_reason ${reason}: ${outlineOf(typeof error === 'string' ? error : '')}`
  throw new GatewayError(reason === 'TIMEOUT' ? 'upstream_timeout' : 'upstream_error', { internalDetail })
}

function readBlocks(message: JsonObject): readonly Block[] {
  const plan = message['tool_plan']
  const citations = listOf(message['citations']).flatMap((value) => readCitation(value) ?? [])
  const content = listOf(message['content']).flatMap(readContent)
  const last = content.findLastIndex((block) => block.kind === 'text')
  const cited = content.map((block, at) =>
    at === last && block.kind === 'text' && citations.length > 0 ? { ...block, citations } : block,
  )
  const planned: readonly Block[] = typeof plan === 'string' && plan !== '' ? [{ kind: 'text', text: plan }] : []
  return [...cited, ...planned, ...listOf(message['tool_calls']).flatMap(readCall)]
}

function readContent(part: unknown): readonly Block[] {
  if (!isObject(part)) return []
  const { text, thinking } = part
  if (part['type'] === 'thinking')
    return typeof thinking === 'string' ? [{ kind: 'reasoning', text: thinking, origin: 'cohere-chat' }] : []
  return typeof text === 'string' && text !== '' ? [{ kind: 'text', text }] : []
}

function readCall(call: unknown): readonly Block[] {
  const called = isObject(call) ? call['function'] : undefined
  if (!isObject(call) || !isObject(called) || typeof called['name'] !== 'string') return []
  const args = called['arguments']
  return [
    {
      kind: 'tool-call',
      id: typeof call['id'] === 'string' ? call['id'] : called['name'],
      name: called['name'],
      arguments: typeof args === 'string' && args !== '' ? args : '{}',
    },
  ]
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
