import { createSocket } from 'node:dgram'
import { connect as connectPlain, type Socket } from 'node:net'
import { connect as connectTls, rootCertificates } from 'node:tls'
import type { Clock } from '../../lib/clock.ts'

/** Where a log server listens. */
export interface SyslogTarget {
  readonly transport: 'tls' | 'tcp' | 'udp'
  readonly host: string
  readonly port: number
}

/** Sends messages to one log server over one connection that is opened when it is needed. */
export interface SyslogSender {
  /** Resolves when the system has taken the messages for sending; syslog knows no receipt. Rejects when it cannot. */
  readonly send: (messages: readonly string[]) => Promise<void>
  readonly close: () => void
}

/** What {@link syslogSender} needs. */
export interface SyslogOptions {
  readonly target: SyslogTarget
  readonly clock: Clock
  /** Certificates (PEM) trusted besides the public ones. */
  readonly extraCa?: string | undefined
  /** Milliseconds; default 10,000. */
  readonly timeoutMs?: number
}

const DEFAULT_TIMEOUT_MS = 10_000

/** `syslog+tls://host:6514`, `syslog+tcp://host:601`, `syslog+udp://host:514`; the port may be left out. Undefined for what is none. */
export function readSyslogUrl(text: string): SyslogTarget | undefined {
  const [, transport, host = '', port] =
    /^syslog\+(tls|tcp|udp):\/\/(\[[0-9a-f:]+\]|[\w.-]+)(?::(\d{1,5}))?\/?$/i.exec(text) ?? []
  if (transport !== 'tls' && transport !== 'tcp' && transport !== 'udp') return undefined
  const usual = { tls: 6_514, tcp: 601, udp: 514 }[transport]
  return { transport, host: host.replace(/^\[|\]$/g, ''), port: port === undefined ? usual : Number(port) }
}

/** Makes a sender: RFC 5424 messages over TLS (RFC 5425), TCP with octet counting (RFC 6587) or UDP (RFC 5426). */
export function syslogSender(options: SyslogOptions): SyslogSender {
  return options.target.transport === 'udp' ? datagrams(options.target) : stream(options)
}

function datagrams({ host, port }: SyslogTarget): SyslogSender {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4')
  socket.unref()
  socket.on('error', () => undefined)
  const sendOne = (message: string) =>
    new Promise<void>((resolve, reject) => {
      socket.send(message, port, host, (error) => (error ? reject(error) : resolve()))
    })
  return {
    send: async (messages) => {
      for (const message of messages) await sendOne(message)
    },
    close: () => socket.close(),
  }
}

function stream(options: SyslogOptions): SyslogSender {
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS
  let open: Socket | undefined
  const connected = async (): Promise<Socket> => {
    if (open && !open.destroyed && open.writable) return open
    open = await within(options.clock, timeoutMs, dial(options))
    return open
  }
  return {
    send: async (messages) => {
      const socket = await connected()
      const frames = messages.map((message) => `${Buffer.byteLength(message)} ${message}`).join('')
      try {
        await within(options.clock, timeoutMs, written(socket, frames))
      } catch (cause) {
        socket.destroy()
        throw cause
      }
    },
    close: () => open?.destroy(),
  }
}

function written(socket: Socket, frames: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.write(frames, (error) => (error ? reject(error) : resolve()))
  })
}

function dial({ target, extraCa }: SyslogOptions): Promise<Socket> {
  const { host, port, transport } = target
  return new Promise((resolve, reject) => {
    const ca = extraCa === undefined ? undefined : [...rootCertificates, extraCa]
    const socket = transport === 'tls' ? connectTls({ host, port, servername: host, ca }) : connectPlain({ host, port })
    socket.once(transport === 'tls' ? 'secureConnect' : 'connect', () => resolve(socket))
    socket.once('error', reject)
    // After the connection stands, a failure shows at the next message.
    socket.on('error', () => socket.destroy())
    // Whatever a server says is read and dropped, so that its end is noticed.
    socket.resume()
    socket.unref()
  })
}

async function within<T>(clock: Clock, timeoutMs: number, task: Promise<T>): Promise<T> {
  const enough = new AbortController()
  const late = clock.sleep(timeoutMs, enough.signal).then(
    () => Promise.reject(new Error(`the log server did not answer within ${timeoutMs} ms`)),
    () => new Promise<never>(() => undefined),
  )
  try {
    return await Promise.race([task, late])
  } finally {
    enough.abort()
  }
}
