// The upstream of all subjects, in a process of its own: `bun benchmarks/programs/upstream.ts`. It speaks just enough
// HTTP over a plain socket that every write is one write, and that a hang-up is seen the moment it arrives.
import type { Socket } from 'bun'
import type { UpstreamQuestion, UpstreamReport } from '../upstream.ts'
import { closingEvents, openingEvents, tokenEvent, type UpstreamDialect, wholeAnswer } from './answers.ts'
import { answerQuestions } from './questions.ts'
import { messageReader } from './wire.ts'

const SLOW_MS = 20
const STREAM_EVENTS = 200
const PACED_EVENTS = 50
const PACED_MS = 10
const HELD_MS = 2_000
const LAST_CHUNK = '0\r\n\r\n'

interface Connection {
  readonly reader: ReturnType<typeof messageReader>
  /** An answer has begun or is due, and has not ended. */
  answering: boolean
  open: boolean
  /** What the kernel did not take yet. */
  readonly waiting: Buffer[]
}

type Peer = Socket<Connection>

const now = () => performance.timeOrigin + performance.now()
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
const chunk = (text: string) => Buffer.from(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`)

const WHOLE = { openai: wholeBytes('openai'), anthropic: wholeBytes('anthropic') }
const STREAM = { openai: streamChunks('openai'), anthropic: streamChunks('anthropic') }
const HELD = {
  openai: chunk(tokenEvent('openai', 'still here')),
  anthropic: chunk(tokenEvent('anthropic', 'still here')),
}
const STREAM_HEAD = Buffer.from(
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n',
)

function wholeBytes(dialect: UpstreamDialect): Buffer {
  const body = wholeAnswer(dialect)
  const length = Buffer.byteLength(body)
  return Buffer.from(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n${body}`)
}

function streamChunks(dialect: UpstreamDialect): readonly Buffer[] {
  const tokens = Array.from({ length: STREAM_EVENTS }, (_, index) => tokenEvent(dialect, `token ${index} `))
  return [...openingEvents(dialect), ...tokens, ...closingEvents(dialect)].map(chunk)
}

function send(peer: Peer, bytes: Buffer): void {
  const connection = peer.data
  if (!connection.open) return
  if (connection.waiting.length > 0) {
    connection.waiting.push(bytes)
    return
  }
  const sent = Math.max(0, peer.write(bytes))
  if (sent < bytes.length) connection.waiting.push(bytes.subarray(sent))
}

function flush(peer: Peer): void {
  const { waiting } = peer.data
  for (let first = waiting[0]; first; first = waiting[0]) {
    const sent = Math.max(0, peer.write(first))
    if (sent < first.length) {
      waiting[0] = first.subarray(sent)
      return
    }
    waiting.shift()
  }
}

const held = new Map<Peer, Buffer>()
const connections = new Set<Peer>()
const hangUps: number[] = []
const counted = { requests: 0 }

/** Each behaviour is asked for by the name of the model: `bench-<behaviour>`. */
const BEHAVIOURS: Readonly<Record<string, (peer: Peer, dialect: UpstreamDialect) => Promise<void> | undefined>> = {
  whole: (peer, dialect) => {
    send(peer, WHOLE[dialect])
    return undefined
  },
  slow: async (peer, dialect) => {
    await sleep(SLOW_MS)
    send(peer, WHOLE[dialect])
  },
  burst: (peer, dialect) => {
    send(peer, STREAM_HEAD)
    for (const event of STREAM[dialect]) send(peer, event)
    send(peer, Buffer.from(LAST_CHUNK))
    return undefined
  },
  steps: async (peer, dialect) => {
    send(peer, STREAM_HEAD)
    for (const event of STREAM[dialect]) {
      send(peer, event)
      await turn()
    }
    send(peer, Buffer.from(LAST_CHUNK))
  },
  first: (peer, dialect) => paced(peer, dialect, 3, 0),
  paced: (peer, dialect) => paced(peer, dialect, PACED_EVENTS, PACED_MS),
  held: (peer, dialect) => {
    send(peer, STREAM_HEAD)
    for (const event of openingEvents(dialect)) send(peer, chunk(event))
    held.set(peer, HELD[dialect])
    return new Promise<void>(() => undefined)
  },
  mute: () => new Promise<void>(() => undefined),
}

/** Tokens that carry the instant at which they were sent. */
async function paced(peer: Peer, dialect: UpstreamDialect, events: number, everyMs: number): Promise<void> {
  await sleep(SLOW_MS)
  send(peer, STREAM_HEAD)
  for (const event of openingEvents(dialect)) send(peer, chunk(event))
  for (let count = 0; count < events && peer.data.open; count++) {
    if (count > 0 && everyMs > 0) await sleep(everyMs)
    send(peer, chunk(tokenEvent(dialect, `@${now().toFixed(3)} `)))
  }
  for (const event of closingEvents(dialect)) send(peer, chunk(event))
  send(peer, Buffer.from(LAST_CHUNK))
}

function serve(peer: Peer, path: string, body: string): void {
  counted.requests++
  peer.data.answering = true
  const behaviour = /"model":\s*"bench-(\w+)"/.exec(body)?.[1] ?? 'whole'
  const run = BEHAVIOURS[behaviour] ?? BEHAVIOURS.whole
  const done = () => {
    peer.data.answering = false
  }
  const running = run?.(peer, path.includes('/messages') ? 'anthropic' : 'openai')
  if (running) void running.then(done)
  else done()
}

function connectionOf(peer: () => Peer): Connection {
  let path = ''
  let body: Buffer[] = []
  const reader = messageReader({
    head: ({ first }) => {
      path = first.split(' ')[1] ?? '/'
      body = []
    },
    body: (bytes) => body.push(Buffer.from(bytes)),
    end: () => serve(peer(), path, Buffer.concat(body).toString()),
  })
  return { reader, answering: false, open: true, waiting: [] }
}

const server = Bun.listen<Connection>({
  hostname: '127.0.0.1',
  port: 0,
  socket: {
    open: (peer) => {
      peer.data = connectionOf(() => peer)
      connections.add(peer)
    },
    data: (peer, bytes) => peer.data.reader.push(bytes),
    drain: flush,
    close: (peer) => {
      if (peer.data.answering) hangUps.push(now())
      peer.data.open = false
      connections.delete(peer)
      held.delete(peer)
    },
    error: (peer) => {
      peer.end()
    },
  },
})

setInterval(() => {
  for (const [peer, event] of held) send(peer, event)
}, HELD_MS)

answerQuestions<UpstreamQuestion, UpstreamReport>((question) => {
  const seen = question.forget ? hangUps.splice(0) : [...hangUps]
  return {
    port: server.port,
    connections: connections.size,
    held: held.size,
    requests: counted.requests,
    hangUps: seen,
  }
})
