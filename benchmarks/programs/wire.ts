/** The head of an HTTP/1.1 message. */
export interface Head {
  /** The first line: method and path, or the status. */
  readonly first: string
  /** The header lines as they came, in lower case. */
  readonly headers: string
}

/** What a {@link MessageReader} tells of. */
export interface MessageEvents {
  readonly head: (head: Head) => void
  /** A piece of the body, without the framing. Valid only during the call. */
  readonly body: (bytes: Buffer) => void
  readonly end: () => void
}

/** Reads the HTTP/1.1 messages that come over one connection, however they are cut. */
export interface MessageReader {
  readonly push: (bytes: Buffer) => void
}

type State =
  | { readonly at: 'head' }
  | { readonly at: 'body'; left: number }
  | { readonly at: 'chunk-size' | 'chunk-end' | 'trailer' }
  | { readonly at: 'chunk'; left: number }

const LF = 10
const HEAD: State = { at: 'head' }

/**
 * Makes a reader of whole messages: a length or chunks, nothing else. It is far cheaper than `fetch`, so that on a small
 * machine the generator of load does not take the time that the measured process needs.
 */
export function messageReader(events: MessageEvents): MessageReader {
  let state: State = HEAD
  let carried: Buffer = Buffer.alloc(0)

  const readHead = (bytes: Buffer): number => {
    const end = bytes.indexOf('\r\n\r\n')
    if (end < 0) return -1
    const text = bytes.toString('latin1', 0, end)
    const line = text.indexOf('\r\n')
    const headers = line < 0 ? '' : text.slice(line + 2).toLowerCase()
    events.head({ first: line < 0 ? text : text.slice(0, line), headers })
    const length = Number(/^content-length: *(\d+)/m.exec(headers)?.[1] ?? 0)
    if (/^transfer-encoding: *chunked/m.test(headers)) state = { at: 'chunk-size' }
    else if (length > 0) state = { at: 'body', left: length }
    else events.end()
    return end + 4
  }
  const readLine = (bytes: Buffer, at: number): number => {
    const end = bytes.indexOf(LF, at)
    if (end < 0) return -1
    const line = bytes.toString('latin1', at, end).trim()
    if (state.at === 'chunk-size') {
      const size = Number.parseInt(line, 16)
      state = size > 0 ? { at: 'chunk', left: size } : { at: 'trailer' }
    } else if (state.at === 'chunk-end') state = { at: 'chunk-size' }
    else if (line === '') {
      state = HEAD
      events.end()
    }
    return end + 1
  }
  const readBytes = (bytes: Buffer, at: number, part: State & { left: number }): number => {
    const end = Math.min(bytes.length, at + part.left)
    part.left -= end - at
    events.body(bytes.subarray(at, end))
    if (part.left > 0) return end
    state = part.at === 'chunk' ? { at: 'chunk-end' } : HEAD
    if (part.at === 'body') events.end()
    return end
  }
  const step = (bytes: Buffer, at: number): number => {
    if (state.at === 'body' || state.at === 'chunk') return readBytes(bytes, at, state)
    if (state.at !== 'head') return readLine(bytes, at)
    const read = readHead(at === 0 ? bytes : bytes.subarray(at))
    return read < 0 ? -1 : at + read
  }
  return {
    push: (bytes) => {
      const all = carried.length === 0 ? bytes : Buffer.concat([carried, bytes])
      let at = 0
      while (at < all.length) {
        const next = step(all, at)
        if (next < 0) break
        at = next
      }
      // The runtime reuses what it handed in: what is kept must be our own.
      carried = at === all.length ? Buffer.alloc(0) : Buffer.from(all.subarray(at))
    },
  }
}
