import { connect as connectPlain, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { GatewayError } from '../../lib/errors.ts'

/** A mail server, its address already checked. */
export interface SmtpServer {
  /** What is dialled. */
  readonly address: string
  readonly port: number
  /** The name that the certificate must carry. */
  readonly hostname: string
  /** TLS from the first byte, or by STARTTLS where it is offered. */
  readonly secure: boolean
  readonly auth?: { readonly user: string; readonly password: string } | undefined
  /** Certificates (PEM) to trust instead of the runtime's. */
  readonly ca?: readonly string[] | undefined
}

/** A conversation with a mail server (RFC 5321): a command, and the whole of its answer. */
export interface SmtpSession {
  /** Sends a line and waits for an answer of one of these first digits. Throws `upstream_rejected` with what it said. */
  readonly ask: (line: string, wanted: '2' | '3') => Promise<string>
  /** Ends it, whatever its state. */
  readonly close: () => void
}

const TIMEOUT_MS = 15_000
const LONGEST_ANSWER = 65_536

/**
 * Opens a session: greeted, secured, signed in. With a password the connection must be encrypted (RFC 3207), so that none
 * travels in the clear. Throws `upstream_unreachable`, `upstream_rejected`, `upstream_timeout`.
 */
export async function openSmtp(server: SmtpServer): Promise<SmtpSession> {
  let line = conversation(server.secure ? secured(server, undefined) : connectPlain(server.port, server.address))
  try {
    await line.answer('2')
    let offers = await line.ask(HELLO, '2')
    if (!server.secure && /^250[ -]STARTTLS$/im.test(offers)) {
      await line.ask('STARTTLS', '2')
      line = conversation(secured(server, line.release()))
      offers = await line.ask(HELLO, '2')
    } else if (!server.secure && server.auth) {
      throw new GatewayError('upstream_rejected', {
        message: 'The mail server offers no encryption; a password is not sent without.',
      })
    }
    if (server.auth) await signIn(line, server.auth, offers)
    return line
  } catch (cause) {
    line.close()
    throw cause
  }
}

const HELLO = 'EHLO gatehouse'

function secured({ address, port, hostname, ca }: SmtpServer, socket: Socket | undefined): Socket {
  const servername = isIP(hostname) ? {} : { servername: hostname }
  const trusted = ca === undefined ? {} : { ca: [...ca] }
  return connectTls({ ...(socket ? { socket } : { host: address, port }), ...servername, ...trusted })
}

async function signIn(
  line: SmtpSession,
  { user, password }: NonNullable<SmtpServer['auth']>,
  offers: string,
): Promise<void> {
  const encoded = (text: string) => Buffer.from(text).toString('base64')
  if (/^250[ -]AUTH\b.*\bPLAIN\b/im.test(offers)) {
    await line.ask(`AUTH PLAIN ${encoded(`\0${user}\0${password}`)}`, '2')
    return
  }
  await line.ask('AUTH LOGIN', '3')
  await line.ask(encoded(user), '3')
  await line.ask(encoded(password), '2')
}

interface Conversation extends SmtpSession {
  /** Waits for an answer that nothing was asked for: the greeting. */
  readonly answer: (wanted: '2' | '3') => Promise<string>
  /** Hands the socket over, listened to no more. */
  readonly release: () => Socket
}

interface Waiting {
  readonly resolve: (answer: string) => void
  readonly reject: (cause: unknown) => void
}

function conversation(socket: Socket): Conversation {
  let text = ''
  let waiting: Waiting | undefined
  let failure: GatewayError | undefined
  const fail = (code: 'upstream_unreachable' | 'upstream_timeout' | 'upstream_invalid', detail: string) => {
    failure ??= new GatewayError(code, { internalDetail: `mail server: ${detail}` })
    waiting?.reject(failure)
    waiting = undefined
    socket.destroy()
  }
  const settle = () => {
    const whole = /^(?:\d{3}-.*\r?\n)*\d{3}(?: .*)?\r?\n/.exec(text)
    if (!whole || !waiting) return
    text = text.slice(whole[0].length)
    const { resolve } = waiting
    waiting = undefined
    resolve(whole[0])
  }
  const onData = (chunk: unknown) => {
    text += String(chunk)
    if (text.length > LONGEST_ANSWER) fail('upstream_invalid', 'its answer does not end')
    else settle()
  }
  const onError = (cause: Error) => fail('upstream_unreachable', cause.message)
  const onClose = () => fail('upstream_unreachable', 'it hung up')
  socket.setTimeout(TIMEOUT_MS, () => fail('upstream_timeout', 'no answer'))
  socket.on('data', onData).on('error', onError).on('close', onClose)
  const answer = async (wanted: '2' | '3'): Promise<string> => {
    const said = await new Promise<string>((resolve, reject) => {
      if (failure) return reject(failure)
      waiting = { resolve, reject }
      settle()
    })
    if (said.startsWith(wanted)) return said
    throw new GatewayError('upstream_rejected', { message: `The mail server answered ${said.slice(0, 200).trim()}` })
  }
  return {
    answer,
    ask: (line, wanted) => {
      if (!failure) socket.write(`${line}\r\n`)
      return answer(wanted)
    },
    release: () => socket.off('data', onData).off('error', onError).off('close', onClose),
    close: () => {
      failure ??= new GatewayError('upstream_unreachable', { internalDetail: 'the session was closed' })
      socket.end()
      socket.destroy()
    },
  }
}
