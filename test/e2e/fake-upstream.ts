import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { until } from './until.ts'

/** A request as an upstream heard it. */
export interface Heard {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  /** `performance.now()` when it was whole. */
  readonly at: number
  /** When the caller's connection or the answer ended, and whether the answer had been sent to its end by then. */
  readonly over: Promise<{ readonly at: number; readonly whole: boolean }>
}

/** The way back to the caller. */
export interface Out {
  readonly head: (status: number, headers?: Readonly<Record<string, string>>) => void
  /** Resolves when there is room for more; `false` when the caller is gone. */
  readonly write: (chunk: string | Uint8Array) => Promise<boolean>
  readonly end: (chunk?: string | Uint8Array) => void
  /** Breaks the connection in the middle of whatever is being said. */
  readonly cut: () => void
  readonly isOpen: () => boolean
}

/** What an upstream does with a request. */
export type Script = (heard: Heard, out: Out) => void | Promise<void>

/** A server on loopback that does what its test tells it, and remembers what it was asked. */
export interface FakeUpstream {
  /** `http://127.0.0.1:port`. */
  readonly url: string
  /** All that was asked since the last `clear`, oldest first. */
  readonly heard: readonly Heard[]
  /** What it does from now on. */
  readonly play: (script: Script) => void
  /** What it does with the next request alone; several are taken in their order. */
  readonly once: (...scripts: readonly Script[]) => void
  /** Waits for the request of this number (from 0) since the last `clear`. */
  readonly request: (number?: number) => Promise<Heard>
  readonly clear: () => void
  readonly stop: () => Promise<void>
}

/** Starts a {@link FakeUpstream}; until it is told otherwise it answers 500. */
export async function fakeUpstream(script: Script = (_, out) => out.head(500)): Promise<FakeUpstream> {
  let usual = script
  let queue: Script[] = []
  let heard: Heard[] = []
  const server = createServer(async (request, response) => {
    const one = await hear(request, response)
    heard.push(one)
    await (queue.shift() ?? usual)(one, outOf(response))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    get heard() {
      return heard
    },
    play: (next) => {
      usual = next
    },
    once: (...scripts) => {
      queue.push(...scripts)
    },
    request: (number = 0) => until(`request ${number} at the upstream`, () => heard[number]),
    clear: () => {
      heard = []
      queue = []
    },
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function hear(request: IncomingMessage, response: ServerResponse): Promise<Heard> {
  const over = new Promise<{ at: number; whole: boolean }>((resolve) => {
    response.once('close', () => resolve({ at: performance.now(), whole: response.writableFinished }))
  })
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.headers)) headers[name] = String(value)
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    headers,
    text: Buffer.concat(chunks).toString(),
    at: performance.now(),
    over,
  }
}

function outOf(response: ServerResponse): Out {
  const isOpen = () => !response.destroyed && !response.closed
  return {
    head: (status, headers = {}) => {
      response.writeHead(status, { ...headers })
      response.flushHeaders()
    },
    write: (chunk) =>
      new Promise((resolve) => {
        if (!isOpen()) return resolve(false)
        if (response.write(chunk)) return resolve(true)
        const done = () => {
          response.off('drain', done)
          response.off('close', done)
          resolve(isOpen())
        }
        response.once('drain', done)
        response.once('close', done)
      }),
    end: (chunk) => void response.end(chunk),
    cut: () => void response.socket?.destroy(),
    isOpen,
  }
}

/** The body of a request as JSON, taken to be of the shape that its reader expects. */
export function bodyOf<Body = Readonly<Record<string, unknown>>>(heard: Heard): Body {
  return JSON.parse(heard.text)
}
