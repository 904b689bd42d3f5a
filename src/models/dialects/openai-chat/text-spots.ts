import { isObject } from '../../../lib/json.ts'
import type { Path } from '../canonical.ts'
import { reasoningTextOf } from '../compatibility.ts'
import type { JsonObject } from '../dialect.ts'
import { thinkingText } from './decode-answer.ts'

/** A non-empty text in a delta: what it is and where it stands, from the delta on. */
export interface TextSpot {
  readonly kind: 'reasoning' | 'text' | 'refusal' | 'arguments'
  readonly at: Path
  readonly text: string
}

/**
 * The governed texts of one delta, in the order in which the decoder gives their events and `rewriteFrame` takes them back:
 * thought, content, refusal, then the arguments of tool calls. Empty texts make no event and are not listed.
 */
export function spotsOfDelta(delta: JsonObject): readonly TextSpot[] {
  const spots: TextSpot[] = []
  const thought = reasoningTextOf(delta)
  if (thought !== undefined) spots.push({ kind: 'reasoning', at: [thought.field], text: thought.text })
  else if (Array.isArray(delta.reasoning_details)) addDetails(spots, delta.reasoning_details)
  if (typeof delta.content === 'string') add(spots, 'text', ['content'], delta.content)
  else if (Array.isArray(delta.content)) addChunks(spots, delta.content)
  add(spots, 'refusal', ['refusal'], delta.refusal)
  if (Array.isArray(delta.tool_calls)) {
    delta.tool_calls.forEach((call: unknown, index) => {
      if (isObject(call)) addArguments(spots, call, ['tool_calls', index])
    })
  } else if (isObject(delta.function_call)) {
    add(spots, 'arguments', ['function_call', 'arguments'], delta.function_call.arguments)
  }
  return spots
}

function add(spots: TextSpot[], kind: TextSpot['kind'], at: Path, text: unknown): void {
  if (typeof text === 'string' && text !== '') spots.push({ kind, at, text })
}

/** Ollama and a few others give arguments as an object: its JSON text is what is governed. */
function addArguments(spots: TextSpot[], call: JsonObject, at: Path): void {
  if (isObject(call.custom)) add(spots, 'arguments', [...at, 'custom', 'input'], call.custom.input)
  else if (isObject(call.function)) {
    const given = call.function.arguments
    add(spots, 'arguments', [...at, 'function', 'arguments'], isObject(given) ? JSON.stringify(given) : given)
  }
}

/** OpenRouter's details count only where the plain field beside them is absent: else both say the same. */
function addDetails(spots: TextSpot[], details: readonly unknown[]): void {
  details.forEach((detail, index) => {
    if (!isObject(detail)) return
    const key = typeof detail.text === 'string' ? 'text' : 'summary'
    add(spots, 'reasoning', ['reasoning_details', index, key], detail[key])
  })
}

/** Mistral's content chunks; a thinking chunk with several texts is one spot at its first. */
function addChunks(spots: TextSpot[], chunks: readonly unknown[]): void {
  chunks.forEach((chunk, index) => {
    if (!isObject(chunk)) return
    if (chunk.type === 'thinking') {
      const isList = Array.isArray(chunk.thinking)
      const at = isList ? ['content', index, 'thinking', 0, 'text'] : ['content', index, 'thinking']
      add(spots, 'reasoning', at, thinkingText(chunk.thinking))
    } else add(spots, 'text', ['content', index, 'text'], chunk.text)
  })
}
