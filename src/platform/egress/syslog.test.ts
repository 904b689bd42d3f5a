import { expect, test } from 'bun:test'
import { createSocket } from 'node:dgram'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { systemClock } from '../../lib/clock.ts'
import { syslogLine } from '../../lib/syslog.ts'
import { readSyslogUrl, syslogSender } from './syslog.ts'

const at = Date.UTC(2026, 0, 2, 3, 4, 5, 6)

test('a message is written as RFC 5424 says, and a header field holds no space', () => {
  const line = syslogLine({ at, host: 'my host', app: 'gatehouse', id: 'audit', severity: 5, text: 'a\nb' })
  expect(line).toBe('<109>1 2026-01-02T03:04:05.006Z my_host gatehouse - audit - \u{feff}a b')
})

test('addresses are read with their usual ports, and others are refused', () => {
  expect(readSyslogUrl('syslog+tls://siem.example.com')).toEqual({
    transport: 'tls',
    host: 'siem.example.com',
    port: 6_514,
  })
  expect(readSyslogUrl('syslog+udp://[::1]:5140')).toEqual({ transport: 'udp', host: '::1', port: 5_140 })
  for (const wrong of ['syslog://x', 'syslog+tls://', 'https://x', 'syslog+tls://a b']) {
    expect(readSyslogUrl(wrong)).toBeUndefined()
  }
})

test('over TCP messages are framed by their length in bytes, and a broken connection is opened anew', async () => {
  const seen: string[] = []
  const sockets: Socket[] = []
  const waiting: (() => void)[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('data', (bytes) => {
      seen.push(bytes.toString())
      for (const wake of waiting.splice(0)) wake()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const sender = syslogSender({ target: { transport: 'tcp', host: '127.0.0.1', port }, clock: systemClock })
  const arrives = () => new Promise<void>((resolve) => waiting.push(resolve))
  const first = arrives()
  await sender.send(['ä', 'b'])
  await first
  expect(seen.join('')).toBe('2 ä1 b')
  sender.close()
  const again = arrives()
  await sender.send(['c'])
  await again
  expect(seen.join('')).toBe('2 ä1 b1 c')
  sender.close()
  for (const socket of sockets) socket.destroy()
  await new Promise((resolve) => server.close(resolve))
  await expect(sender.send(['d'])).rejects.toThrow()
})

test('over UDP each message is a datagram', async () => {
  const server = createSocket('udp4')
  await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve))
  const got = new Promise<string>((resolve) => server.once('message', (bytes) => resolve(bytes.toString())))
  const target = { transport: 'udp', host: '127.0.0.1', port: server.address().port } as const
  const sender = syslogSender({ target, clock: systemClock })
  await sender.send(['hello'])
  expect(await got).toBe('hello')
  sender.close()
  server.close()
})
