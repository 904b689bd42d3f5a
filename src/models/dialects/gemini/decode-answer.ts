import { GatewayError } from '../../../lib/errors.ts'
import { isObject } from '../../../lib/json.ts'
import type { Block, ChatAnswer, Choice, Citation } from '../canonical.ts'
import type { JsonObject } from '../dialect.ts'
import { notWanted } from '../upstream-text.ts'
import { madeCallId } from './call-ids.ts'
import { readCitations } from './citations.ts'
import { decodeFailure } from './errors.ts'
import { type Node, nodesOf, restOf, withRest } from './fields.ts'
import { readFinish } from './finish.ts'
import { readPart } from './read-part.ts'
import { readUsage } from './usage.ts'

const ANSWER: ReadonlySet<string> = new Set(['candidates', 'usageMetadata', 'modelVersion', 'responseId', 'createTime'])
const CANDIDATE: ReadonlySet<string> = new Set(['content', 'index', 'logprobsResult'])
/** Where the rest of each candidate is kept in the answer's `rest`, by choice index. */
export const CANDIDATE_RESTS = 'candidates'

/**
 * A `GenerateContentResponse` in canonical form. A blocked prompt (`promptFeedback.blockReason`, no candidates) is a choice
 * without blocks that ended by `content-filter`: it is billed, and every surface can say it. `createdAt` is 0 where the
 * upstream does not tell (only Vertex does). Throws `upstream_invalid` for what is not such an answer, and the upstream's
 * error when the body holds one.
 */
export function decodeAnswer(body: JsonObject): ChatAnswer {
  if (isObject(body['error'])) throw decodeFailure(body)
  const id = textAt(body, 'responseId')
  const candidates = candidatesOf(body)
  const usage = readUsage(body['usageMetadata'])
  const rests = candidates.map(({ json }) => restOf(json, CANDIDATE) ?? {})
  return {
    kind: 'chat',
    id,
    model: textAt(body, 'modelVersion'),
    createdAt: Date.parse(textAt(body, 'createTime')) || 0,
    choices:
      candidates.length === 0
        ? [blockedChoice(body)]
        : candidates.map((candidate, place) => readChoice(candidate, place, id)),
    ...(usage === undefined ? {} : { usage }),
    ...withRest(addRests(restOf(body, ANSWER), rests)),
  }
}

/** The candidates as nodes. Throws `upstream_invalid` when the body is no answer at all. */
export function candidatesOf(body: JsonObject): readonly Node[] {
  const isAnswer =
    Array.isArray(body['candidates']) || isObject(body['promptFeedback']) || isObject(body['usageMetadata'])
  if (!isAnswer) throw notWanted('a Gemini answer', body)
  return upstreamShape(() => nodesOf({ json: body, at: [] }, 'candidates'))
}

/** Runs a reader of requests on an upstream's JSON: what it finds malformed is then the upstream's fault. */
export function upstreamShape<T>(read: () => T): T {
  try {
    return read()
  } catch (cause) {
    if (!(cause instanceof GatewayError) || cause.code !== 'invalid_request') throw cause
    throw new GatewayError('upstream_invalid', { internalDetail: `malformed at ${cause.param ?? 'the top'}` })
  }
}

/** The parts of a candidate; it may have no content at all (a filter, a bound spent on thoughts). */
export function partsOf(candidate: Node): readonly Node[] {
  const content = candidate.json['content']
  if (!isObject(content)) return []
  return nodesOf({ json: content, at: [...candidate.at, 'content'] }, 'parts')
}

/** One part of an answer as a block; calls without an id get one that holds the answer's own id. */
export function readAnswerPart(part: Node, responseId: string, index: number): Block {
  const ofCall = (_name: string, own: string | undefined) => own ?? madeCallId(responseId, index, part.json)
  // Answers carry no places: nothing in them is a caller's JSON.
  const { at: _at, ...block } = readPart(part, { ofCall, ofResponse: ofCall })
  return block
}

function readChoice(candidate: Node, place: number, responseId: string): Choice {
  return upstreamShape(() => {
    const { json } = candidate
    const index = typeof json['index'] === 'number' ? json['index'] : place
    const blocks = partsOf(candidate)
      .map((part, at) => readAnswerPart(part, responseId, index * 1_000 + at))
      .filter((block) => block.kind !== 'text' || block.text !== '' || block.signature !== undefined)
    const callsTools = blocks.some((block) => block.kind === 'tool-call')
    const reason = textAt(json, 'finishReason')
    return {
      index,
      blocks: cite(blocks, readCitations(json)),
      finish: readFinish(reason === '' ? 'OTHER' : reason, callsTools),
      ...(json['logprobsResult'] === undefined ? {} : { logprobs: json['logprobsResult'] }),
    }
  })
}

function blockedChoice(body: JsonObject): Choice {
  const isBlocked = isObject(body['promptFeedback'])
  return { index: 0, blocks: [], finish: isBlocked ? 'content-filter' : 'other' }
}

/** Gemini's citations point into the whole text; they are given to its last block, where the others' clients show them. */
function cite(blocks: readonly Block[], citations: readonly Citation[]): readonly Block[] {
  const last = blocks.findLastIndex((block) => block.kind === 'text')
  const block = blocks[last]
  return citations.length === 0 || block?.kind !== 'text' ? blocks : blocks.with(last, { ...block, citations })
}

function addRests(rest: JsonObject | undefined, rests: readonly JsonObject[]): JsonObject | undefined {
  return rests.some((entry) => Object.keys(entry).length > 0) ? { ...rest, [CANDIDATE_RESTS]: rests } : rest
}

function textAt(json: JsonObject, name: string): string {
  const value = json[name]
  return typeof value === 'string' ? value : ''
}
