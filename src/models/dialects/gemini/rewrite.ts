import { isObject, type JsonEdit, parseJson, patchJson } from '../../../lib/json.ts'
import { sseEvent, sseSplitter } from '../../../lib/sse.ts'
import type { JsonObject } from '../dialect.ts'
import { partsOf } from './decode-answer.ts'
import { nodesOf } from './fields.ts'
import { argsOf } from './write-part.ts'

/**
 * Puts other words into one raw frame: its non-empty `text` parts (thoughts too) and the `args` of its function calls, in
 * order, become `texts`; every other byte of the JSON stays. Text for `args` is JSON.
 */
export function rewriteFrame(raw: string, texts: readonly string[]): string {
  const splitter = sseSplitter({ maxEventBytes: Number.MAX_SAFE_INTEGER })
  const events = [...splitter.push(new TextEncoder().encode(raw)), ...splitter.end()]
  let next = 0
  return events
    .map(({ data, raw: whole }) => {
      const edits = data === '' ? [] : editsOf(parseJson(data), () => texts[next++])
      return edits.length === 0 ? whole : sseEvent(patchJson(data, edits))
    })
    .join('')
}

function editsOf(body: unknown, take: () => string | undefined): readonly JsonEdit[] {
  if (!isObject(body)) return []
  return nodesOf({ json: body, at: [] }, 'candidates')
    .flatMap(partsOf)
    .flatMap((part): readonly JsonEdit[] => {
      const place = placeOf(part.json)
      const text = place === undefined ? undefined : take()
      if (place === undefined || text === undefined) return []
      const literal = place[0] === 'text' ? JSON.stringify(text) : JSON.stringify(argsOf(text))
      return [{ at: [...part.at, ...place], literal }]
    })
}

function placeOf(part: JsonObject): readonly string[] | undefined {
  if (isObject(part['functionCall'])) return ['functionCall', 'args']
  return typeof part['text'] === 'string' && part['text'] !== '' ? ['text'] : undefined
}
