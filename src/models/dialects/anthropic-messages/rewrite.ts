import { isObject, patchJson } from '../../../lib/json.ts'
import { sseEvent, sseSplitter } from '../../../lib/sse.ts'
import type { Path } from '../canonical.ts'
import type { JsonObject } from '../dialect.ts'

/**
 * Puts other texts in the place of a frame's text, thought or argument deltas (a frame of this dialect holds one at most,
 * but a server may begin a block with text). All other bytes of the event's data stay as they came.
 */
export function rewriteFrame(raw: string, texts: readonly string[]): string {
  const splitter = sseSplitter()
  const events = [...splitter.push(new TextEncoder().encode(raw)), ...splitter.end()]
  const event = events.find(({ data }) => data !== '')
  const at = event === undefined ? undefined : textPath(event.data)
  const [text] = texts
  if (event === undefined || at === undefined || text === undefined) return raw
  // A tool's whole input, sent at once by some servers, is JSON there and not text.
  const literal = at.at(-1) === 'input' ? text : JSON.stringify(text)
  return sseEvent(patchJson(event.data, [{ at, literal }]), event.event)
}

function textPath(data: string): Path | undefined {
  const value: unknown = JSON.parse(data)
  if (!isObject(value)) return undefined
  if (isObject(value.delta)) return pathIn('delta', value.delta, ['text', 'thinking', 'partial_json'])
  if (!isObject(value.content_block)) return undefined
  if (isObject(value.content_block.input)) return ['content_block', 'input']
  return pathIn('content_block', value.content_block, ['text', 'thinking'])
}

function pathIn(parent: string, object: JsonObject, names: readonly string[]): Path | undefined {
  const name = names.find((candidate) => typeof object[candidate] === 'string')
  return name === undefined ? undefined : [parent, name]
}
