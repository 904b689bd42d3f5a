import { gzipSync } from 'node:zlib'
import type { Out, Script } from './fake-upstream.ts'

type Headers = Readonly<Record<string, string>>

/** One whole answer: an object goes out as JSON. */
export function whole(status: number, body: object | string, headers: Headers = {}): Script {
  return (_, out) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const length = String(Buffer.byteLength(text))
    out.head(status, { 'content-type': 'application/json', 'content-length': length, ...headers })
    out.end(text)
  }
}

/** A whole answer as JSON, packed with gzip. */
export function gzipped(body: object): Script {
  return (_, out) => {
    const bytes = gzipSync(JSON.stringify(body))
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
    out.head(200, { ...headers, 'content-length': String(bytes.byteLength) })
    out.end(bytes)
  }
}

/** How a stream departs from one that is sent to its end. */
export interface StreamManner {
  /** So many events go out, then it ends as `ending` says. */
  readonly after?: number
  /** `cut`: the socket breaks. `close`: an end without the dialect's own. `hang`: silence. */
  readonly ending?: 'cut' | 'close' | 'hang'
  /** Waits for this before every event but the first; it is told the event's number. */
  readonly pace?: (index: number) => Promise<unknown>
  readonly headers?: Headers
}

/** A stream of server-sent events. */
export function stream(events: readonly string[], manner: StreamManner = {}): Script {
  return async (_, out) => {
    out.head(200, { 'content-type': 'text/event-stream', ...manner.headers })
    for (const [index, event] of events.slice(0, manner.after ?? events.length).entries()) {
      if (index > 0) await manner.pace?.(index)
      if (!(await out.write(event))) return
    }
    if (manner.ending === 'hang') return
    if (manner.ending !== 'cut') return out.end()
    // What was written must have left before the socket breaks.
    await turn()
    out.cut()
  }
}

/** Says nothing, ever. */
export const hang: Script = () => undefined

/** Answers 200 at once and then says nothing, ever. */
export const hangAfterHead: Script = (_, out) => out.head(200, { 'content-type': 'text/event-stream' })

/** Says some first things, then the same for ever, or until the caller has gone; `said` counts the bytes of the latter. */
export function endless(piece: string, headers: Headers, said: { bytes: number; first?: readonly string[] }): Script {
  return async (_, out: Out) => {
    out.head(200, headers)
    for (const event of said.first ?? []) {
      await out.write(event)
      await turn()
    }
    while (await out.write(piece)) {
      said.bytes += piece.length
      await turn()
    }
  }
}

/** Breaks the connection before any answer. */
export const cutAtOnce: Script = (_, out) => out.cut()

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1))
}
