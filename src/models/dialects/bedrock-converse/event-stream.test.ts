import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { crc32 } from '../../../lib/crypto.ts'
import { eventSplitter } from './event-stream.ts'

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replace(/\s/g, ''), 'hex'))

/** Messages of the test vectors that AWS's event stream libraries share (`empty_message`, `payload_no_headers`, `payload_one_str_header`). */
const EMPTY = hex('00000010 00000000 05c248eb 7d98c8ff')
const PAYLOAD = hex('0000001d 00000000 fd528c5a 7b27666f6f273a27626172277d c3653936'.replaceAll(' ', ''))
const HEADER = hex(
  `0000003d 00000020 07fd8396 0c636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e
   7b27666f6f273a27626172277d 8d9c08b1`,
)

/** A message with headers of the given wire form. */
function message(headers: Uint8Array, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(16 + headers.length + payload.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, bytes.length)
  view.setUint32(4, headers.length)
  view.setUint32(8, crc32(bytes.subarray(0, 8)))
  bytes.set(headers, 12)
  bytes.set(payload, 12 + headers.length)
  view.setUint32(bytes.length - 4, crc32(bytes.subarray(0, -4)))
  return bytes
}

const read = (bytes: Uint8Array) =>
  eventSplitter()
    .push(bytes)
    .map(({ headers, payload }) => ({ headers, payload: Buffer.from(payload).toString() }))

describe('AWS’s shared vectors', () => {
  test('an empty message, a payload, and a payload with a text header', () => {
    expect(read(EMPTY)).toEqual([{ headers: {}, payload: '' }])
    expect(read(PAYLOAD)).toEqual([{ headers: {}, payload: "{'foo':'bar'}" }])
    expect(read(HEADER)).toEqual([{ headers: { 'content-type': 'application/json' }, payload: "{'foo':'bar'}" }])
  })

  test('a wrong checksum of the prelude or of the message is refused', () => {
    for (const at of [0, 9, HEADER.length - 8, HEADER.length - 1]) {
      const broken = HEADER.slice()
      broken[at] = (broken[at] ?? 0) ^ 1
      expect(() => read(broken)).toThrow('upstream_invalid')
    }
  })
})

test('any re-chunking gives the same messages, and only whole streams are whole', () => {
  const stream = Buffer.concat([EMPTY, HEADER, PAYLOAD, HEADER])
  const whole = eventSplitter().push(stream)
  fc.assert(
    fc.property(fc.array(fc.nat(stream.length)), (at) => {
      const places = [0, ...at.sort((a, b) => a - b), stream.length]
      const splitter = eventSplitter()
      const messages = places.slice(1).flatMap((place, index) => splitter.push(stream.subarray(places[index], place)))
      expect(messages).toEqual([...whole])
      expect(splitter.isWhole()).toBe(true)
    }),
  )
  const cut = eventSplitter()
  cut.push(stream.subarray(0, -1))
  expect(cut.isWhole()).toBe(false)
})

test('headers of every type are read', () => {
  const headers = hex(
    `0161 00  0162 01  0163 02ff  0164 03fffe  0165 0400000001  0166 050000000000000002
     0167 060002dead  0168 0700026869  0169 080000000000000003  016a 09000102030405060708090a0b0c0d0e0f`,
  )
  expect(read(message(headers, new Uint8Array(0)))[0]?.headers).toEqual({
    a: 'true',
    b: 'false',
    c: '-1',
    d: '-2',
    e: '1',
    f: '2',
    g: '3q0=',
    h: 'hi',
    i: '3',
    j: '000102030405060708090a0b0c0d0e0f',
  })
  expect(() => read(message(hex('016107ffff'), new Uint8Array(0)))).toThrow('upstream_invalid')
})

test('a message that claims more than a mebibyte is refused before it is awaited', () => {
  const bytes = new Uint8Array(12)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, 2_000_000)
  view.setUint32(8, crc32(bytes.subarray(0, 8)))
  expect(() => read(bytes)).toThrow('upstream_invalid')
})
