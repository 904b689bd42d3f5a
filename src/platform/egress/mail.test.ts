import { afterAll, describe, expect, test } from 'bun:test'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { createServer as createTlsServer, TLSSocket } from 'node:tls'
import { GOOD_EXAMPLE } from './certificate.fixture.ts'
import { smtpMailer } from './mail.ts'

/** A mail server that takes one message a connection and keeps what it was told. */
function mailServer(replies: Readonly<Record<string, string>> = {}) {
  const lines: string[] = []
  const server = createServer((socket: Socket) => {
    let isData = false
    let rest = ''
    socket.write('220 test\r\n')
    socket.on('data', (chunk) => {
      rest += String(chunk)
      for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
        const line = rest.slice(0, end)
        rest = rest.slice(end + 2)
        lines.push(line)
        if (isData) {
          if (line === '.') socket.write('250 taken\r\n')
          isData = line !== '.'
          continue
        }
        const [verb = ''] = line.split(/[ :]/)
        isData = verb === 'DATA'
        socket.write(`${replies[verb] ?? (isData ? '354 go on' : '250 ok')}\r\n`)
      }
    })
    socket.on('error', () => undefined)
  })
  return new Promise<{ port: number; lines: readonly string[]; stop: () => void }>((resolve) =>
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      resolve({ port, lines, stop: () => server.close() })
    }),
  )
}

const stops: (() => void)[] = []
afterAll(() => {
  for (const stop of stops) stop()
})

test('a mail goes to the server by its checked address, as plain text to everybody named', async () => {
  const server = await mailServer()
  stops.push(server.stop)
  const asked: string[] = []
  const mailer = smtpMailer({
    url: `smtp://mail.example.com:${server.port}`,
    from: 'gate@example.com',
    now: () => 0,
    resolve: async (name) => {
      asked.push(name)
      return ['127.0.0.1']
    },
  })
  await mailer.send({ to: ['ann@example.com', 'bob@example.com'], subject: 'Alert', text: 'Zwölf', fromName: 'Aurora' })
  expect(asked).toEqual(['mail.example.com'])
  expect(server.lines).toContain('RCPT TO:<bob@example.com>')
  expect(server.lines).toContain('From: Aurora <gate@example.com>')
  const text = server.lines.at(server.lines.indexOf('') + 1) ?? ''
  expect(Buffer.from(text, 'base64').toString()).toBe('Zwölf')
})

test('a line break in a subject adds no header', async () => {
  const server = await mailServer()
  stops.push(server.stop)
  const mailer = smtpMailer({ url: `smtp://127.0.0.1:${server.port}`, from: 'gate@example.com', now: () => 0 })
  await mailer.send({ to: ['ann@example.com'], subject: 'a\r\nBcc: eve@example.com', text: 'x' })
  expect(server.lines.filter((line) => line.startsWith('Bcc') || line.includes('RCPT TO:<eve'))).toEqual([])
})

test('a server that refuses, and one that would take a password in the clear, are failures', async () => {
  const refusing = await mailServer({ MAIL: '550 no' })
  stops.push(refusing.stop)
  const send = (url: string) =>
    smtpMailer({ url, from: 'gate@example.com', now: () => 0 }).send({
      to: ['ann@example.com'],
      subject: 's',
      text: 't',
    })
  expect(send(`smtp://127.0.0.1:${refusing.port}`)).rejects.toThrow('550 no')
  const plain = await mailServer()
  stops.push(plain.stop)
  await send(`smtp://user:hunter2@127.0.0.1:${plain.port}`).then(
    () => expect.unreachable(),
    () => expect(plain.lines.some((line) => line.startsWith('AUTH'))).toBe(false),
  )
})

test('an address of a cloud’s own services is never dialled', async () => {
  const mailer = smtpMailer({
    url: 'smtp://mail.example.com',
    from: 'g@example.com',
    now: () => 0,
    resolve: async () => ['169.254.169.254'],
  })
  expect(mailer.send({ to: ['a@example.com'], subject: 's', text: 't' })).rejects.toThrow('access_denied')
})

describe('over TLS', () => {
  const secure = async (starts: 'smtps' | 'smtp') => {
    const lines: string[] = []
    const talk = (socket: Socket, offers: string) => {
      let isData = false
      socket.on('error', () => undefined)
      socket.on('data', (chunk) => {
        for (const line of String(chunk).split('\r\n').filter(Boolean)) {
          lines.push(line)
          if (isData && line !== '.') continue
          isData = line === 'DATA'
          if (line === 'STARTTLS') {
            socket.write('220 go on\r\n')
            socket.removeAllListeners('data')
            talk(new TLSSocket(socket, { isServer: true, ...GOOD_EXAMPLE }), '250 AUTH PLAIN LOGIN\r\n')
            return
          }
          socket.write(line.startsWith('EHLO') ? offers : isData ? '354 go on\r\n' : '250 ok\r\n')
        }
      })
    }
    const server =
      starts === 'smtps'
        ? createTlsServer({ ...GOOD_EXAMPLE }, (socket) => {
            socket.write('220 test\r\n')
            talk(socket, '250-test\r\n250 AUTH PLAIN LOGIN\r\n')
          })
        : createServer((socket) => {
            socket.write('220 test\r\n')
            talk(socket, '250-test\r\n250 STARTTLS\r\n')
          })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    stops.push(() => server.close())
    const { port } = server.address() as AddressInfo
    const url = `${starts}://user:hunter2@good.example:${port}`
    const mailer = smtpMailer({
      url,
      from: 'gate@example.com',
      now: () => 0,
      resolve: async () => ['127.0.0.1'],
      extraCa: GOOD_EXAMPLE.cert,
    })
    return { mailer, lines, port }
  }
  const mail = { to: ['ann@example.com'], subject: 's', text: 't' }
  const credentials = `AUTH PLAIN ${Buffer.from('\0user\0hunter2').toString('base64')}`

  test.each(['smtps', 'smtp'] as const)('%s: the password travels encrypted, and the mail is taken', async (starts) => {
    const { mailer, lines } = await secure(starts)
    await mailer.send(mail)
    expect(lines).toContain(credentials)
    expect(lines.indexOf(credentials)).toBeGreaterThan(starts === 'smtp' ? lines.indexOf('STARTTLS') : 0)
    expect(lines).toContain('RCPT TO:<ann@example.com>')
  })

  test('a certificate that nobody vouches for ends it before any password', async () => {
    const { lines, port } = await secure('smtps')
    const mailer = smtpMailer({
      url: `smtps://user:hunter2@good.example:${port}`,
      from: 'g@example.com',
      now: () => 0,
      resolve: async () => ['127.0.0.1'],
    })
    await expect(mailer.send(mail)).rejects.toThrow('upstream_unreachable')
    expect(lines).toEqual([])
  })
})
