import { isIP } from 'node:net'
import { rootCertificates } from 'node:tls'
import { GatewayError } from '../../lib/errors.ts'
import { addressJudge } from './addresses.ts'
import { type HostResolver, systemResolver } from './dial.ts'
import { openSmtp } from './smtp.ts'
import { checkAddresses } from './target.ts'

/** An e-mail in plain text. */
export interface Mail {
  readonly to: readonly string[]
  readonly subject: string
  readonly text: string
  /** Whose name stands before the sender's address. */
  readonly fromName?: string
}

/** Sends e-mails. */
export interface Mailer {
  /** Throws GatewayError when the server does not take it. */
  readonly send: (mail: Mail) => Promise<void>
}

/** How the mail server is reached. */
export interface MailerOptions {
  /** `smtp://user:password@host:587` (STARTTLS where offered) or `smtps://…:465`. */
  readonly url: string
  /** The sender's address. */
  readonly from: string
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly resolve?: HostResolver
  /** Certificates (PEM) trusted besides the public ones. */
  readonly extraCa?: string | undefined
}

const PORTS: Readonly<Record<string, number>> = { 'smtp:': 587, 'smtps:': 465 }
const ADDRESS = /^[^\s<>"\u0000-\u001f]+@[^\s<>"\u0000-\u001f]+$/

/**
 * A mailer over one SMTP server. Its name is looked up and checked like every host that is called, and the connection goes
 * to the checked address; a private one is allowed, for whoever sets the environment may name any server.
 */
export function smtpMailer({ url, from, now, resolve = systemResolver, extraCa }: MailerOptions): Mailer {
  const server = new URL(url)
  const { username, password } = server
  const hostname = server.hostname.replace(/^\[|\]$/g, '')
  const port = Number(server.port) || (PORTS[server.protocol] ?? 587)
  const auth =
    username === '' ? undefined : { user: decodeURIComponent(username), password: decodeURIComponent(password) }
  const ca = extraCa === undefined ? undefined : [...rootCertificates, extraCa]
  const dialled = async (): Promise<string> => {
    const addresses = isIP(hostname) === 0 ? await resolve(hostname) : [hostname]
    checkAddresses(hostname, addresses, { judge: addressJudge(), network: 'private' })
    return addresses[0] ?? hostname
  }
  return {
    send: async (mail) => {
      if (![from, ...mail.to].every((one) => ADDRESS.test(one)))
        throw new GatewayError('invalid_request', { message: 'An e-mail address is not valid.' })
      const secure = server.protocol === 'smtps:'
      const session = await openSmtp({ address: await dialled(), port, hostname, secure, auth, ca })
      try {
        await session.ask(`MAIL FROM:<${from}>`, '2')
        for (const to of mail.to) await session.ask(`RCPT TO:<${to}>`, '2')
        await session.ask('DATA', '3')
        await session.ask(`${messageOf(mail, from, now())}\r\n.`, '2')
        await session.ask('QUIT', '2').catch(() => undefined)
      } finally {
        session.close()
      }
    },
  }
}

/** A message (RFC 5322) whose text is base64: no line of it is too long, and none is a lone dot. */
function messageOf({ to, subject, text, fromName }: Mail, from: string, now: number): string {
  const lines =
    Buffer.from(text)
      .toString('base64')
      .match(/.{1,76}/g) ?? []
  return [
    `From: ${fromName === undefined ? '' : `${encodedWords(fromName)} `}<${from}>`,
    `To: ${to.join(', ')}`,
    `Subject: ${encodedWords(subject)}`,
    `Date: ${new Date(now).toUTCString().replace('GMT', '+0000')}`,
    'Auto-Submitted: auto-generated',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    ...lines,
  ].join('\r\n')
}

const CHARACTERS_A_WORD = 15

/** A header's text as encoded words (RFC 2047): whatever stands in it, it adds no header and no line. */
function encodedWords(text: string): string {
  const plain = text.replace(/[\r\n\u0000-\u001f]+/g, ' ').trim()
  if (/^[\w .:/%@-]*$/.test(plain) && plain.length <= 70) return plain
  const words: string[] = []
  const characters = [...plain]
  for (let at = 0; at < characters.length; at += CHARACTERS_A_WORD) {
    const part = characters.slice(at, at + CHARACTERS_A_WORD).join('')
    words.push(`=?utf-8?B?${Buffer.from(part).toString('base64')}?=`)
  }
  return words.join('\r\n ')
}
