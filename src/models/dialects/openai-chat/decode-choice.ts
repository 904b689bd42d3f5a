import { isObject } from '../../../lib/json.ts'
import type { AnswerEvent, BlockDelta, BlockStart } from '../canonical.ts'
import type { JsonObject } from '../dialect.ts'
import { sourceOfUrl } from '../media.ts'
import { decodeAnnotations } from './decode-answer.ts'
import { decodeFinish } from './finish.ts'
import { spotsOfDelta } from './text-spots.ts'
import { type ToolCallTracker, toolCallTracker } from './tool-call-tracker.ts'

/** Reads the chunks of one choice. */
export interface ChoiceReader {
  /** Adds what the chunk's choice says to `events`, and what ends the choice to `closing`. */
  readonly read: (choice: JsonObject, out: ChoiceOutput) => void
  readonly isFinished: () => boolean
  /** Closes what is open and finishes for an unknown reason. */
  readonly close: (events: AnswerEvent[]) => void
}

/** Where a {@link ChoiceReader} writes. */
export interface ChoiceOutput {
  readonly events: AnswerEvent[]
  readonly closing: AnswerEvent[]
}

/** The text or reasoning block that is open; tool calls are open beside it. */
interface OpenBlock {
  readonly kind: 'text' | 'reasoning'
  readonly block: number
}

/** Opens and fills the blocks of a choice, which are numbered in the order of their opening. */
export interface ChoiceBlocks {
  readonly choice: number
  /** Opens a block and gives its number. */
  readonly open: (start: BlockStart, events: AnswerEvent[]) => number
  readonly add: (block: number, delta: BlockDelta, events: AnswerEvent[]) => void
}

/** Makes the reader of one choice's deltas. */
export function choiceReader(choice: number): ChoiceReader {
  let next = 0
  let current: OpenBlock | undefined
  let isFinished = false
  let hasRefusal = false
  const blocks: ChoiceBlocks = {
    choice,
    open: (start, events) => {
      events.push({ kind: 'block-start', choice, block: next, start })
      return next++
    },
    add: (block, delta, events) => events.push({ kind: 'block-delta', choice, block, delta }),
  }
  const tools: ToolCallTracker = toolCallTracker(blocks)

  const stopCurrent = (events: AnswerEvent[]) => {
    if (current !== undefined) events.push({ kind: 'block-stop', choice, block: current.block })
    current = undefined
  }
  const speak = (kind: OpenBlock['kind'], events: AnswerEvent[]): number => {
    if (current?.kind === kind) return current.block
    stopCurrent(events)
    current = { kind, block: blocks.open({ kind }, events) }
    return current.block
  }
  const readDelta = (delta: JsonObject, events: AnswerEvent[]) => {
    for (const spot of spotsOfDelta(delta)) {
      if (spot.kind === 'reasoning')
        blocks.add(speak('reasoning', events), { kind: 'reasoning', text: spot.text }, events)
      else if (spot.kind === 'text') blocks.add(speak('text', events), { kind: 'text', text: spot.text }, events)
      else if (spot.kind === 'refusal') {
        hasRefusal = true
        blocks.add(speak('text', events), { kind: 'text', text: spot.text, refusal: true }, events)
      }
    }
    readExtras(delta, events)
    if (hasToolCalls(delta)) {
      stopCurrent(events)
      tools.read(delta, events)
    }
  }
  const readExtras = (delta: JsonObject, events: AnswerEvent[]) => {
    for (const extra of reasoningExtras(delta)) blocks.add(speak('reasoning', events), extra, events)
    for (const citation of decodeAnnotations(delta.annotations) ?? []) {
      blocks.add(speak('text', events), { kind: 'citation', citation }, events)
    }
    for (const start of mediaStarts(delta)) {
      stopCurrent(events)
      const block = blocks.open(start, events)
      events.push({ kind: 'block-stop', choice, block })
    }
  }
  const stopAll = (events: AnswerEvent[]) => {
    stopCurrent(events)
    tools.stop(events)
  }
  return {
    read: (entry, { events, closing }) => {
      if (isFinished) return
      if (isObject(entry.delta)) readDelta(entry.delta, events)
      if (isObject(entry.logprobs))
        blocks.add(speak('text', events), { kind: 'logprobs', value: entry.logprobs }, events)
      if (typeof entry.finish_reason !== 'string') return
      isFinished = true
      stopAll(closing)
      const stopSequence = typeof entry.stop_reason === 'string' ? entry.stop_reason : undefined
      const finish = decodeFinish(entry.finish_reason, { hasToolCalls: tools.count() > 0, hasRefusal, stopSequence })
      closing.push({ kind: 'finish', choice, finish, ...(finish === 'stop-sequence' && { stopSequence }) })
    },
    isFinished: () => isFinished,
    close: (events) => {
      isFinished = true
      stopAll(events)
      events.push({ kind: 'finish', choice, finish: 'other' })
    },
  }
}

function hasToolCalls(delta: JsonObject): boolean {
  return (Array.isArray(delta.tool_calls) && delta.tool_calls.length > 0) || isObject(delta.function_call)
}

function reasoningExtras(delta: JsonObject): readonly BlockDelta[] {
  if (!Array.isArray(delta.reasoning_details)) return []
  return delta.reasoning_details
    .filter(isObject)
    .flatMap((detail): readonly BlockDelta[] => [
      ...(typeof detail.signature === 'string' ? [{ kind: 'signature' as const, signature: detail.signature }] : []),
      ...(typeof detail.data === 'string' ? [{ kind: 'encrypted' as const, encrypted: detail.data }] : []),
    ])
}

/** Pictures come whole; sound comes in pieces, each of which is its own block. */
function mediaStarts(delta: JsonObject): readonly BlockStart[] {
  const starts: BlockStart[] = []
  if (isObject(delta.audio) && typeof delta.audio.data === 'string') {
    const source = { kind: 'base64' as const, mediaType: 'audio/pcm', content: delta.audio.data }
    starts.push({ kind: 'media', block: { kind: 'audio', source } })
  }
  for (const image of Array.isArray(delta.images) ? delta.images : []) {
    const holder = isObject(image) && isObject(image.image_url) ? image.image_url : undefined
    if (typeof holder?.url === 'string')
      starts.push({ kind: 'media', block: { kind: 'image', source: sourceOfUrl(holder.url) } })
  }
  return starts
}
