import { isObject } from '../../../lib/json.ts'
import { type SseEvent, sseSplitter } from '../../../lib/sse.ts'
import type { AnswerEvent, Block, BlockStart, Citation } from '../canonical.ts'
import type { Frame, JsonObject, StreamDecoder } from '../dialect.ts'
import { parseEvent } from '../upstream-text.ts'
import { readCitations } from './citations.ts'
import { candidatesOf, partsOf, readAnswerPart, upstreamShape } from './decode-answer.ts'
import { decodeFailure } from './errors.ts'
import type { Node } from './fields.ts'
import { readFinish } from './finish.ts'
import { readUsage } from './usage.ts'

/** One event may hold a whole picture as base64. */
const MAX_EVENT_BYTES = 32 * 1_048_576

/**
 * Reads `streamGenerateContent?alt=sse`: every event is a whole `GenerateContentResponse` with the next piece of text;
 * function calls come whole; there is no end mark, the stream is complete when every candidate has a `finishReason`
 * (or the prompt was blocked). The finish events come with the end, because some models name a reason in every chunk.
 */
export function decodeStream(): StreamDecoder {
  const splitter = sseSplitter({ maxEventBytes: MAX_EVENT_BYTES })
  const reader = answerReader()
  const frame = (event: SseEvent): Frame => ({
    raw: event.raw,
    events: event.data === '' ? [] : reader.read(parseEvent(event.data)),
  })
  return {
    push: (chunk) => splitter.push(chunk).map(frame),
    end: () => {
      const frames = splitter.end().map(frame)
      const { events, complete } = reader.end()
      return { frames: events.length === 0 ? frames : [...frames, { events }], complete }
    },
  }
}

/** Turns the chunks of one stream into events. */
interface AnswerReader {
  readonly read: (body: JsonObject) => readonly AnswerEvent[]
  readonly end: () => { readonly events: readonly AnswerEvent[]; readonly complete: boolean }
}

interface OpenChoice {
  readonly choice: number
  /** The block that text may still be added to. */
  open: { readonly kind: 'text' | 'reasoning'; readonly block: number } | undefined
  blocks: number
  callsTools: boolean
  reason: string | undefined
  citations: readonly Citation[]
}

function answerReader(): AnswerReader {
  const choices = new Map<number, OpenChoice>()
  let started = false
  let responseId = ''
  let isBlocked = false

  const start = (body: JsonObject, events: AnswerEvent[]) => {
    started = true
    responseId = typeof body['responseId'] === 'string' ? body['responseId'] : ''
    const model = typeof body['modelVersion'] === 'string' ? body['modelVersion'] : ''
    const createdAt = typeof body['createTime'] === 'string' ? Date.parse(body['createTime']) : Number.NaN
    events.push({ kind: 'start', id: responseId, model, ...(Number.isFinite(createdAt) ? { createdAt } : {}) })
  }
  const choiceAt = (index: number): OpenChoice => {
    const known = choices.get(index)
    if (known !== undefined) return known
    const made: OpenChoice = {
      choice: index,
      open: undefined,
      blocks: 0,
      callsTools: false,
      reason: undefined,
      citations: [],
    }
    choices.set(index, made)
    return made
  }
  return {
    read: (body) => {
      if (isObject(body['error'])) throw decodeFailure(body)
      const events: AnswerEvent[] = []
      if (!started) start(body, events)
      candidatesOf(body).forEach((candidate, place) => {
        const index = candidate.json['index']
        readCandidate(candidate, { state: choiceAt(typeof index === 'number' ? index : place), responseId, events })
      })
      const feedback = body['promptFeedback']
      if (isObject(feedback) && feedback['blockReason'] !== undefined) isBlocked = true
      const usage = readUsage(body['usageMetadata'])
      if (usage !== undefined) events.push({ kind: 'usage', usage })
      return events
    },
    end: () => {
      const events: AnswerEvent[] = []
      for (const state of choices.values()) endChoice(state, events)
      if (choices.size === 0 && isBlocked) events.push({ kind: 'finish', choice: 0, finish: 'content-filter' })
      const isWhole = choices.size > 0 && [...choices.values()].every((state) => state.reason !== undefined)
      return { events, complete: isWhole || (choices.size === 0 && isBlocked) }
    },
  }
}

interface Reading {
  readonly state: OpenChoice
  readonly responseId: string
  readonly events: AnswerEvent[]
}

function readCandidate(candidate: Node, reading: Reading): void {
  const { state, events } = reading
  upstreamShape(() => {
    for (const part of partsOf(candidate)) {
      const serial = state.choice * 1_000 + state.blocks
      addBlock(readAnswerPart(part, reading.responseId, serial), state, events)
    }
  })
  const citations = readCitations(candidate.json)
  if (citations.length > 0) state.citations = citations
  const reason = candidate.json['finishReason']
  if (typeof reason === 'string') state.reason = reason
}

function addBlock(block: Block, state: OpenChoice, events: AnswerEvent[]): void {
  if (block.kind === 'text' || block.kind === 'reasoning') {
    addText(block, state, events)
    return
  }
  closeText(state, events)
  const start = startOf(block)
  if (start === undefined) return
  const place = { choice: state.choice, block: state.blocks++ }
  events.push({ kind: 'block-start', ...place, start })
  if (block.kind === 'tool-call') {
    state.callsTools = true
    events.push({ kind: 'block-delta', ...place, delta: { kind: 'arguments', json: block.arguments } })
    if (block.signature !== undefined)
      events.push({ kind: 'block-delta', ...place, delta: { kind: 'signature', signature: block.signature } })
  }
  events.push({ kind: 'block-stop', ...place })
}

function startOf(block: Block): BlockStart | undefined {
  switch (block.kind) {
    case 'tool-call':
      return { kind: 'tool-call', id: block.id, name: block.name }
    case 'image':
    case 'audio':
    case 'file':
      return { kind: 'media', block }
    case 'opaque':
      return { kind: 'opaque', block }
    default:
      return undefined
  }
}

/** Neighbouring pieces of text make one block; a signature (often on an empty last piece) belongs to the open one. */
function addText(
  block: Extract<Block, { kind: 'text' | 'reasoning' }>,
  state: OpenChoice,
  events: AnswerEvent[],
): void {
  if (block.text === '' && block.signature === undefined) return
  if (state.open?.kind !== block.kind) {
    closeText(state, events)
    state.open = { kind: block.kind, block: state.blocks++ }
    events.push({ kind: 'block-start', choice: state.choice, block: state.open.block, start: textStart(block) })
  }
  const place = { choice: state.choice, block: state.open.block }
  if (block.text !== '') events.push({ kind: 'block-delta', ...place, delta: { kind: block.kind, text: block.text } })
  if (block.signature !== undefined)
    events.push({ kind: 'block-delta', ...place, delta: { kind: 'signature', signature: block.signature } })
}

function textStart(block: Extract<Block, { kind: 'text' | 'reasoning' }>): BlockStart {
  if (block.kind === 'text' || block.origin === undefined) return { kind: block.kind }
  return { kind: 'reasoning', origin: block.origin }
}

function closeText(state: OpenChoice, events: AnswerEvent[]): void {
  if (state.open === undefined) return
  events.push({ kind: 'block-stop', choice: state.choice, block: state.open.block })
  state.open = undefined
}

function endChoice(state: OpenChoice, events: AnswerEvent[]): void {
  if (state.open?.kind === 'text') {
    const place = { choice: state.choice, block: state.open.block }
    for (const citation of state.citations)
      events.push({ kind: 'block-delta', ...place, delta: { kind: 'citation', citation } })
  }
  closeText(state, events)
  if (state.reason === undefined) return
  events.push({ kind: 'finish', choice: state.choice, finish: readFinish(state.reason, state.callsTools) })
}
