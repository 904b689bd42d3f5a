import type { JsonObject } from '../dialect.ts'

/** Writes R's events, numbered one after the other. */
export interface EventWriter {
  readonly event: (type: string, members: JsonObject) => string
  /** A delta of text: the event that makes up most of a stream. */
  readonly delta: (type: string, place: TextPlace, text: string) => string
  /** The number that the next event gets. */
  readonly goOnFrom: (sequenceNumber: number) => void
}

/** Which text a delta belongs to. */
export interface TextPlace {
  readonly itemId: string
  readonly outputIndex: number
  /** What a part is counted by (`content_index`, `summary_index`), and where it stands; absent for arguments. */
  readonly part?: { readonly counter: 'content_index' | 'summary_index'; readonly index: number }
  /** Log probabilities of the delta, where the event has them. */
  readonly logprobs?: readonly unknown[]
}

/** Makes an {@link EventWriter}. */
export function eventWriter(): EventWriter {
  let next = 0
  const head = (type: string) => `event: ${type}\ndata: {"type":"${type}","sequence_number":${next++}`
  return {
    event: (type, members) => `${head(type)},${JSON.stringify(members).slice(1)}\n\n`,
    delta: (type, { itemId, outputIndex, part, logprobs }, text) => {
      const counted = part === undefined ? '' : `,"${part.counter}":${part.index}`
      const weighed = logprobs === undefined ? '' : `,"logprobs":${JSON.stringify(logprobs)}`
      return `${head(type)},"item_id":"${itemId}","output_index":${outputIndex}${counted},"delta":${JSON.stringify(text)}${weighed}}\n\n`
    },
    goOnFrom: (sequenceNumber) => {
      next = sequenceNumber
    },
  }
}
