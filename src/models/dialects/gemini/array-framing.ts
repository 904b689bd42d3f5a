import { sseSplitter } from '../../../lib/sse.ts'

/**
 * Turns a stream of SSE text (ours, or an upstream's passed on as it is) into the form that a client gets which asked
 * for `streamGenerateContent` without `alt=sse`: one JSON array, an element at a time. Comments are left out.
 */
export interface ArrayFraming {
  readonly push: (sse: string) => string
  /** The rest and the closing bracket. After a failure too: the array's last element is then the error object. */
  readonly end: () => string
}

/** Makes an {@link ArrayFraming} for one answer. */
export function geminiArrayFraming(): ArrayFraming {
  const splitter = sseSplitter({ maxEventBytes: 32 * 1_048_576 })
  const encoder = new TextEncoder()
  let count = 0
  const write = (events: readonly { readonly data: string }[]): string => {
    let out = ''
    for (const { data } of events) if (data !== '') out += (count++ === 0 ? '[' : ',\r\n') + data
    return out
  }
  return {
    push: (sse) => write(splitter.push(encoder.encode(sse))),
    end: () => {
      const last = write(splitter.end())
      return count === 0 ? '[]' : `${last}]`
    },
  }
}
