import { expect, test } from 'bun:test'
import { base32, totpCode, totpStepOf, totpUri } from './totp.ts'

const SECRET = Buffer.from('12345678901234567890')

test('codes are those of RFC 6238, appendix B (last six digits)', () => {
  for (const [seconds, code] of [
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ] as const) {
    expect(totpCode(SECRET, Math.floor(seconds / 30))).toBe(code)
  }
})

test('a code holds one step early and late, and once', () => {
  const at = (nowMs: number, usedStep = -1) => totpStepOf(SECRET, '287082', { nowMs, usedStep })
  expect([at(59_000), at(29_000), at(60_000), at(89_000)]).toEqual([1, 1, 1, 1])
  expect([at(90_000), at(59_000, 1), totpStepOf(SECRET, '28708', { nowMs: 59_000, usedStep: -1 })]).toEqual([
    undefined,
    undefined,
    undefined,
  ])
})

test('secrets are written as apps read them', () => {
  expect(base32(SECRET)).toBe('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ')
  expect(base32(Buffer.from('foob'))).toBe('MZXW6YQ')
  expect(totpUri(SECRET, { issuer: 'Gate house', account: 'ann@example.com' })).toBe(
    'otpauth://totp/Gate%20house:ann%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Gate%20house&algorithm=SHA1&digits=6&period=30',
  )
})
