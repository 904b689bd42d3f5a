import { GatewayError } from '../../../lib/errors.ts'
import { isObject, type JsonEdit, patchJson } from '../../../lib/json.ts'
import { type SseEvent, sseEvent, sseSplitter } from '../../../lib/sse.ts'
import type { Path } from '../canonical.ts'
import { reasoningTextOf } from '../compatibility.ts'
import type { JsonObject } from '../dialect.ts'
import { parseEvent } from '../upstream-text.ts'
import { spotsOfDelta } from './text-spots.ts'

/**
 * Puts other texts into one raw chunk: the n-th governed text (see `spotsOfDelta`) of all its choices, in order, becomes
 * `texts[n]`. All other bytes stay. Texts beyond those of the chunk belong to deltas that the decoder made up, and are ignored.
 */
export function rewriteFrame(raw: string, texts: readonly string[]): string {
  return patchEvent(raw, (chunk) => {
    let next = 0
    return choicesOf(chunk).flatMap(({ choice, at }) => {
      const delta = isObject(choice.delta) ? choice.delta : {}
      const edits: JsonEdit[] = []
      const changed = new Set<string>()
      for (const spot of spotsOfDelta(delta)) {
        const text = texts[next++]
        if (text === undefined || text === spot.text) continue
        edits.push({ at: [...at, 'delta', ...spot.at], literal: JSON.stringify(text) })
        changed.add(spot.kind)
      }
      return changed.size === 0
        ? edits
        : [
            ...edits,
            ...repetitions(choice, delta, changed).map((path) => ({ at: [...at, ...path], literal: undefined })),
          ]
    })
  })
}

/** Members that say a changed text a second time, and would give away what was masked: tokens, thoughts, Perplexity's whole message. */
function repetitions(choice: JsonObject, delta: JsonObject, changed: ReadonlySet<string>): readonly Path[] {
  const repeatsThought =
    changed.has('reasoning') && Array.isArray(delta.reasoning_details) && reasoningTextOf(delta) !== undefined
  return [
    ...(isObject(choice.logprobs) ? [['logprobs']] : []),
    ...(isObject(choice.message) ? [['message']] : []),
    ...(repeatsThought ? [['delta', 'reasoning_details']] : []),
  ]
}

/**
 * The raw chunk as a client reads it who did not ask for usage: without its `usage`; undefined when it says nothing else
 * (`choices: []`). A chunk without usage, or with `usage: null`, comes back as it is. Throws `upstream_invalid` for what is
 * not JSON.
 */
export function withoutUsage(raw: string): string | undefined {
  if (!raw.includes('"usage"')) return raw
  const event = parse(raw)
  const chunk: unknown = event === undefined || event.data === '' ? undefined : parseEvent(event.data)
  if (!isObject(chunk) || !isObject(chunk.usage)) return raw
  if (Array.isArray(chunk.choices) && chunk.choices.length === 0) return undefined
  return patchEvent(raw, () => [{ at: ['usage'], literal: undefined }])
}

/** Edits the JSON of one raw event and leaves its other lines as they are. */
export function patchEvent(raw: string, editsOf: (chunk: unknown) => readonly JsonEdit[]): string {
  const event = parse(raw)
  if (event === undefined || event.data === '') return raw
  const edits = editsOf(parseEvent(event.data))
  if (edits.length === 0) return raw
  const patched = patchJson(event.data, edits)
  const at = raw.indexOf(event.data)
  // Data written over several lines does not stand in the raw text as one piece.
  return at < 0 ? sseEvent(patched, event.event) : raw.slice(0, at) + patched + raw.slice(at + event.data.length)
}

function parse(raw: string): SseEvent | undefined {
  const splitter = sseSplitter()
  const events = [...splitter.push(new TextEncoder().encode(raw)), ...splitter.end()]
  if (events.length > 1) throw new GatewayError('internal', { internalDetail: 'a frame holds more than one event' })
  return events[0]
}

/** The choices of a chunk and where they stand in it. */
export function choicesOf(chunk: unknown): readonly { readonly choice: JsonObject; readonly at: Path }[] {
  if (!isObject(chunk) || !Array.isArray(chunk.choices)) return []
  return chunk.choices.flatMap((choice: unknown, index) =>
    isObject(choice) ? [{ choice, at: ['choices', index] }] : [],
  )
}
