import { isObject } from '../../../lib/json.ts'
import type { AnswerEvent, BlockDelta, BlockStart } from '../canonical.ts'
import type { JsonObject } from '../dialect.ts'
import { sourceOfUrl } from '../media.ts'
import { choiceBlocks, choiceSpeech } from './choice-blocks.ts'
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

/** Makes the reader of one choice's deltas. */
export function choiceReader(choice: number): ChoiceReader {
  let isFinished = false
  let hasRefusal = false
  const blocks = choiceBlocks(choice)
  const tools: ToolCallTracker = toolCallTracker(blocks)

  const speech = choiceSpeech(blocks)

  const readDelta = (delta: JsonObject, events: AnswerEvent[]) => {
    for (const { kind, text } of spotsOfDelta(delta)) {
      if (kind === 'refusal') hasRefusal = true
      if (kind === 'reasoning') speech.add({ kind, text }, events)
      else if (kind !== 'arguments')
        speech.add(kind === 'text' ? { kind, text } : { kind: 'text', text, refusal: true }, events)
    }
    readExtras(delta, events)
    if (hasToolCalls(delta)) {
      speech.stop(events)
      tools.read(delta, events)
    }
  }
  const readExtras = (delta: JsonObject, events: AnswerEvent[]) => {
    for (const extra of reasoningExtras(delta)) speech.add(extra, events)
    for (const citation of decodeAnnotations(delta.annotations) ?? [])
      speech.add({ kind: 'citation', citation }, events)
    for (const start of mediaStarts(delta)) {
      speech.stop(events)
      events.push({ kind: 'block-stop', choice, block: blocks.open(start, events) })
    }
  }
  const stopAll = (events: AnswerEvent[]) => {
    speech.stop(events)
    tools.stop(events)
  }
  return {
    read: (entry, { events, closing }) => {
      if (isFinished) return
      if (isObject(entry.delta)) readDelta(entry.delta, events)
      if (isObject(entry.logprobs) && speech.isOpen('text'))
        speech.add({ kind: 'logprobs', value: entry.logprobs }, events)
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
