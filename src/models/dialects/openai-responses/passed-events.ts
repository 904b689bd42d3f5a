import { isObject } from '../../../lib/json.ts'
import type { JsonObject } from '../dialect.ts'

/** Where a stream stands whose events were handed on as they came. */
export interface PassedSoFar {
  /** The response as its first event told of it; undefined before that. */
  readonly response: JsonObject | undefined
  readonly sequenceNumber: number
  /** The upstream itself has said how it ended. */
  readonly isOver: boolean
}

/** Remembers, of events that are handed on as they come, what an error event after them must say. Costs next to nothing. */
export interface PassedEvents {
  readonly see: (piece: Uint8Array | string) => void
  readonly last: () => PassedSoFar | undefined
}

/** Makes a {@link PassedEvents}. Only the first events and the newest piece are kept; they are read only on a failure. */
export function passedEvents(): PassedEvents {
  let first: Uint8Array | string | undefined
  let newest: Uint8Array | string | undefined
  return {
    see: (piece) => {
      first ??= piece
      newest = piece
    },
    last: () => {
      if (first === undefined || newest === undefined) return undefined
      const text = textOf(newest)
      const numbers = [...text.matchAll(/"sequence_number":\s*(\d+)/g)]
      return {
        response: createdIn(textOf(first)),
        sequenceNumber: Number(numbers.at(-1)?.[1] ?? 0),
        isOver: /"type":\s*"(?:response\.(?:completed|incomplete|failed)|error)"/.test(text),
      }
    },
  }
}

function createdIn(text: string): JsonObject | undefined {
  for (const line of text.split(/\r\n|\n|\r/)) {
    if (!line.startsWith('data:')) continue
    try {
      const event: unknown = JSON.parse(line.slice(5))
      if (isObject(event) && isObject(event.response)) return event.response
    } catch {
      return undefined
    }
  }
  return undefined
}

function textOf(piece: Uint8Array | string): string {
  return typeof piece === 'string' ? piece : new TextDecoder().decode(piece)
}
