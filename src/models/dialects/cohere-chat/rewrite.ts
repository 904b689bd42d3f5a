import { isObject, parseJson, patchJson } from '../../../lib/json.ts'
import { sseEvent, sseSplitter } from '../../../lib/sse.ts'

const PLACES = [
  ['delta', 'message', 'content', 'text'],
  ['delta', 'message', 'content', 'thinking'],
  ['delta', 'message', 'tool_plan'],
  ['delta', 'message', 'tool_calls', 'function', 'arguments'],
] as const

/** Puts other words into one raw frame: the text of each event that bears any becomes the next of `texts`. */
export function rewriteFrame(raw: string, texts: readonly string[]): string {
  const splitter = sseSplitter({ maxEventBytes: Number.MAX_SAFE_INTEGER })
  const events = [...splitter.push(new TextEncoder().encode(raw)), ...splitter.end()]
  let next = 0
  return events
    .map(({ data, event, raw: whole }) => {
      const body = data.startsWith('{') ? parseJson(data) : undefined
      const at = PLACES.find((path) => isText(body, path))
      const text = at === undefined ? undefined : texts[next++]
      if (at === undefined || text === undefined) return whole
      return sseEvent(patchJson(data, [{ at, literal: JSON.stringify(text) }]), event)
    })
    .join('')
}

function isText(body: unknown, path: readonly string[]): boolean {
  let value = body
  for (const name of path) value = isObject(value) ? value[name] : undefined
  return typeof value === 'string' && value !== ''
}
