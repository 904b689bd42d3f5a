import { expect, test } from 'bun:test'
import { messageReader } from './wire.ts'

const TWO =
  'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello' +
  'HTTP/1.1 503 Busy\r\nRetry-After: 1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n' +
  'HTTP/1.1 204 No Content\r\n\r\n'

function read(pieces: readonly string[]): readonly string[] {
  const seen: string[] = []
  let body = ''
  const reader = messageReader({
    head: (head) => seen.push(head.first, ...(head.headers.includes('retry-after: 1') ? ['later'] : [])),
    body: (bytes) => {
      body += bytes.toString()
    },
    end: () => {
      seen.push(body)
      body = ''
    },
  })
  for (const piece of pieces) reader.push(Buffer.from(piece))
  return seen
}

test('messages are read alike wherever the network cuts them', () => {
  const expected = [
    'HTTP/1.1 200 OK',
    'hello',
    'HTTP/1.1 503 Busy',
    'later',
    'abc0123456789',
    'HTTP/1.1 204 No Content',
    '',
  ]
  expect(read([TWO])).toEqual(expected)
  expect(read([...TWO])).toEqual(expected)
  for (let at = 1; at < TWO.length; at++) expect(read([TWO.slice(0, at), TWO.slice(at)])).toEqual(expected)
})
