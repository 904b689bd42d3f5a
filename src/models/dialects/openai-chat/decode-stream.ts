import { type GatewayError, toGatewayError } from '../../../lib/errors.ts'
import { isObject } from '../../../lib/json.ts'
import { type SseEvent, sseSplitter } from '../../../lib/sse.ts'
import type { AnswerEvent } from '../canonical.ts'
import type { Frame, JsonObject, StreamDecoder } from '../dialect.ts'
import { decodeErrorBody } from '../errors.ts'
import { type SameShape, sameShape } from '../same-shape.ts'
import { parseEvent } from '../upstream-text.ts'
import { type ChoiceReader, choiceReader } from './decode-choice.ts'
import { decodeUsage } from './usage.ts'

/** What may be said to {@link decodeStream} by dialects whose streams are framed alike. */
export interface StreamReading {
  /** Reads one entry of `choices` of a chunk; chat's deltas when absent. */
  readonly makeReader?: (choice: number) => ChoiceReader
}

/**
 * Reads a chat completions stream. `[DONE]` gives an empty frame; comments give a ping. The end is clean when `[DONE]` came or
 * every choice that began has a finish reason. An error event is thrown by the call after the one that gave the frames before it,
 * so that cutting the bytes elsewhere changes nothing.
 */
export function decodeStream(reading: StreamReading = {}): StreamDecoder {
  const splitter = sseSplitter()
  const state: StreamState = {
    readers: new Map(),
    started: false,
    done: false,
    makeReader: reading.makeReader ?? choiceReader,
    shape: sameShape({ textOf: contentOf, ignored: 'obfuscation' }),
  }
  let failure: GatewayError | undefined

  const read = (events: () => readonly SseEvent[]): readonly Frame[] => {
    if (failure !== undefined) throw failure
    const frames: Frame[] = []
    try {
      for (const event of events()) readEvent(event, state, frames)
    } catch (cause) {
      if (frames.length === 0) throw cause
      failure = toGatewayError(cause)
    }
    return frames
  }
  return {
    push: (chunk) => read(() => splitter.push(chunk)),
    end: () => {
      const frames = [...read(() => splitter.end())]
      // The frames before an error at the very end are given up: there is no later call that could throw it.
      if (failure !== undefined) throw failure
      if (state.done) closeAll(state, frames)
      const readers = [...state.readers.values()]
      const finished = readers.length > 0 && readers.every((reader) => reader.isFinished())
      return { frames, complete: state.done || finished }
    },
  }
}

interface StreamState {
  readonly shape: SameShape
  readonly readers: Map<number, ChoiceReader>
  readonly makeReader: (choice: number) => ChoiceReader
  started: boolean
  done: boolean
}

const PING: readonly AnswerEvent[] = Object.freeze([Object.freeze({ kind: 'ping' as const })])
const NOTHING: readonly AnswerEvent[] = Object.freeze([])

function readEvent(event: SseEvent, state: StreamState, frames: Frame[]): void {
  const text = event.data
  if (state.done) return
  const alike = state.shape.read(event)
  if (alike) {
    frames.push({ raw: wholeEvent(event.raw), events: [alike] })
    return
  }
  if (text === '' && event.event === undefined) {
    frames.push({ raw: wholeEvent(event.raw), events: PING })
    return
  }
  if (text.startsWith('[DONE]')) {
    state.done = true
    frames.push({ events: NOTHING })
    return
  }
  const chunk = parseEvent(text)
  if (chunk.error !== undefined && chunk.error !== null) throw decodeErrorBody(chunk)
  if (event.event === 'error') throw decodeErrorBody({ error: chunk })
  const events = readChunk(chunk, state)
  state.shape.learn(event, events)
  frames.push({ raw: wholeEvent(event.raw), events })
}

/** The text of a chunk that has one choice. */
function contentOf(chunk: JsonObject): unknown {
  const [choice, another] = Array.isArray(chunk.choices) ? chunk.choices : []
  return !another && isObject(choice) && isObject(choice.delta) ? choice.delta.content : undefined
}

function readChunk(chunk: JsonObject, state: StreamState): readonly AnswerEvent[] {
  const events: AnswerEvent[] = []
  const choices = Array.isArray(chunk.choices) ? chunk.choices : []
  if (!state.started && (choices.length > 0 || (typeof chunk.id === 'string' && chunk.id !== ''))) {
    state.started = true
    events.push(startOf(chunk))
  }
  const closing: AnswerEvent[] = []
  for (const choice of choices) {
    if (!isObject(choice)) continue
    const index = typeof choice.index === 'number' ? choice.index : 0
    const reader = state.readers.get(index) ?? state.makeReader(index)
    state.readers.set(index, reader)
    reader.read(choice, { events, closing })
  }
  // INVARIANT: what closes an answer comes after every text of the event, for it may hold arguments (`{}`) that we made up.
  events.push(...closing)
  const usage = decodeUsage(chunk)
  if (usage !== undefined) events.push({ kind: 'usage', usage })
  return events
}

function startOf(chunk: JsonObject): AnswerEvent {
  return {
    kind: 'start',
    id: typeof chunk.id === 'string' ? chunk.id : '',
    model: typeof chunk.model === 'string' ? chunk.model : '',
    createdAt: typeof chunk.created === 'number' ? chunk.created * 1000 : undefined,
  }
}

/** `[DONE]` came though a choice has no finish reason: its blocks are closed and it ends for an unknown reason. */
function closeAll(state: StreamState, frames: Frame[]): void {
  const events: AnswerEvent[] = []
  for (const reader of state.readers.values()) if (!reader.isFinished()) reader.close(events)
  if (events.length > 0) frames.push({ events })
}

/** The last event of a stream may lack its blank line; what is written after it must not run into it. */
function wholeEvent(raw: string): string {
  // The usual end is asked for first: an expression would be tried at every character.
  if (raw.endsWith('\n\n') || /(?:\r\n|\n|\r)(?:\r\n|\n|\r)$/.test(raw)) return raw
  return /[\r\n]$/.test(raw) ? `${raw}\n` : `${raw}\n\n`
}
