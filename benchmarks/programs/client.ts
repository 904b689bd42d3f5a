import type { Socket } from 'bun'
import type { Shot } from '../load.ts'
import { type MessageReader, messageReader } from './wire.ts'

/** What a {@link Client} tells of. */
export interface ClientEvents {
  readonly opened?: () => void
  readonly status: (status: string, headers: string) => void
  readonly body: (bytes: Buffer) => void
  readonly end: () => void
  readonly closed: () => void
}

/** One kept-alive connection. */
export interface Client {
  readonly send: (request: Buffer) => void
  readonly leave: () => void
}

interface Connection {
  readonly reader: MessageReader
  rest: Buffer | undefined
}

/** The bytes of a request. */
export function requestBytes({ origin, path, headers, body }: Shot): Buffer {
  const lines = Object.entries({ host: new URL(origin).host, 'content-type': 'application/json', ...headers })
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
}

/** Connects. Rejects when nobody listens. */
export async function connect(origin: string, events: ClientEvents): Promise<Client> {
  const { hostname, port } = new URL(origin)
  const reader = messageReader({
    head: ({ first, headers }) => events.status(first.slice(first.indexOf(' ') + 1), headers),
    body: events.body,
    end: events.end,
  })
  const write = (socket: Socket<Connection>, bytes: Buffer) => {
    const sent = Math.max(0, socket.write(bytes))
    socket.data.rest = sent < bytes.length ? bytes.subarray(sent) : undefined
  }
  const socket = await Bun.connect<Connection>({
    hostname,
    port: Number(port),
    data: { reader, rest: undefined },
    socket: {
      open: () => events.opened?.(),
      data: (from, bytes) => from.data.reader.push(bytes),
      drain: (to) => {
        if (to.data.rest) write(to, to.data.rest)
      },
      close: events.closed,
      error: events.closed,
    },
  })
  return { send: (request) => write(socket, request), leave: () => socket.terminate() }
}
