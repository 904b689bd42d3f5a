import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { base62, canonicalJson, crc32, hmacSha256Hex, randomBase62, sha256Hex, timingSafeEqualText } from './crypto.ts'
import { seededRandom } from './random.ts'

test('digests equal the published test vectors', () => {
  expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  expect(sha256Hex(new TextEncoder().encode('é'))).toBe(sha256Hex('é'))
  expect(hmacSha256Hex('Jefe', 'what do ya want for nothing?')).toBe(
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  )
  expect(crc32('123456789')).toBe(0xcbf43926)
  expect(crc32('')).toBe(0)
})

test('base 62 counts as written and pads to its width', () => {
  expect([base62(0), base62(61), base62(62), base62(0xffffffff, 6), base62(1, 6)]).toEqual([
    '0',
    'z',
    '10',
    '4gfFC3',
    '000001',
  ])
  expect(() => base62(-1)).toThrow(RangeError)
  expect(() => base62(1.5)).toThrow(RangeError)
})

test('random digits have the asked length and use the whole alphabet', () => {
  const digits = randomBase62(20_000, seededRandom(1).bytes)
  expect(digits).toMatch(/^[0-9A-Za-z]{20000}$/)
  expect(new Set(digits).size).toBe(62)
})

test('canonical JSON does not depend on the order of members', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const reversed = (item: unknown): unknown =>
        Array.isArray(item)
          ? item.map(reversed)
          : typeof item === 'object' && item !== null
            ? Object.fromEntries(
                Object.entries(item)
                  .reverse()
                  .map(([key, member]) => [key, reversed(member)]),
              )
            : item
      expect(canonicalJson(reversed(value))).toBe(canonicalJson(value))
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
    }),
  )
  expect(canonicalJson({ b: 1, a: [undefined, { d: undefined, c: 'é' }] })).toBe('{"a":[null,{"c":"é"}],"b":1}')
  expect(() => canonicalJson({ a: Number.NaN })).toThrow(TypeError)
})

test('texts compare equal exactly when they are', () => {
  expect([timingSafeEqualText('é', 'é'), timingSafeEqualText('a', 'b'), timingSafeEqualText('a', 'ab')]).toEqual([
    true,
    false,
    false,
  ])
})
