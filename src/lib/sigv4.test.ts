import { describe, expect, test } from 'bun:test'
import { hmacSha256Hex, sha256Hex } from './crypto.ts'
import { type SigV4Request, signV4 } from './sigv4.ts'

/** The setting of AWS's published Signature Version 4 test suite (`aws-sig-v4-test-suite`). */
const SUITE = {
  headers: {},
  body: '',
  service: 'service',
  region: 'us-east-1',
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' },
  nowMs: Date.UTC(2015, 7, 30, 12, 36, 0),
}
const HOST = 'https://example.amazonaws.com'
/** The session token of `post-sts-header-before`. */
const TOKEN =
  'AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=='

const signatureOf = (request: Partial<SigV4Request> & { method: string; url: string }) =>
  (signV4({ ...SUITE, ...request }).authorization ?? '').replace(/^.*Signature=/, '')

describe('AWS’s published vectors', () => {
  test.each([
    ['get-vanilla', 'GET', '/', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
    [
      'get-vanilla-query-order-key-case',
      'GET',
      '/?Param2=value2&Param1=value1',
      'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    ],
    [
      'get-vanilla-empty-query-key',
      'GET',
      '/?Param1=value1',
      'a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb',
    ],
    ['get-utf8', 'GET', '/ሴ', '8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85'],
    ['get-space', 'GET', '/example space/', '652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741'],
    ['post-vanilla', 'POST', '/', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
  ])('%s', (_, method, target, signature) => {
    expect(signatureOf({ method, url: HOST + target })).toBe(signature)
  })

  test('post-x-www-form-urlencoded', () => {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
    expect(signatureOf({ method: 'POST', url: `${HOST}/`, headers, body: 'Param1=value1' })).toBe(
      'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
    )
  })

  test('get-header-value-trim', () => {
    const headers = { 'My-Header1': ' value1', 'My-Header2': ' "a   b   c"' }
    expect(signatureOf({ method: 'GET', url: `${HOST}/`, headers })).toBe(
      'acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736',
    )
  })

  test('post-sts-header-before: a session token is sent and signed', () => {
    const credentials = { ...SUITE.credentials, sessionToken: TOKEN }
    const headers = signV4({ ...SUITE, method: 'POST', url: `${HOST}/`, credentials })
    expect(headers).toEqual({
      'x-amz-date': '20150830T123600Z',
      'x-amz-security-token': TOKEN,
      authorization:
        'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date;x-amz-security-token, Signature=85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead',
    })
  })
})

test('headers that are changed on the way are sent but not signed', () => {
  const headers = { 'user-agent': 'x', 'accept-encoding': 'br', traceparent: '00-1' }
  const signed = signV4({ ...SUITE, method: 'POST', url: `${HOST}/`, headers })
  expect(signed).toMatchObject(headers)
  expect(signed.authorization).toContain('SignedHeaders=host;x-amz-date,')
})

test('a model id is signed as it is sent, encoded once more: %3A becomes %253A and the slash of an ARN %252F', () => {
  const canonical = [
    'POST',
    '/model/arn%253Aaws%252Fm-v1%253A0/converse',
    '',
    'host:example.amazonaws.com',
    'x-amz-date:20150830T123600Z',
    '',
    'host;x-amz-date',
    sha256Hex(''),
  ].join('\n')
  const scope = '20150830/us-east-1/service/aws4_request'
  const steps = ['20150830', 'us-east-1', 'service', 'aws4_request']
  const secret: string | Buffer = `AWS4${SUITE.credentials.secretAccessKey}`
  const key = steps.reduce<string | Buffer>((from, step) => Buffer.from(hmacSha256Hex(from, step), 'hex'), secret)
  const expected = hmacSha256Hex(key, `AWS4-HMAC-SHA256\n20150830T123600Z\n${scope}\n${sha256Hex(canonical)}`)
  expect(signatureOf({ method: 'POST', url: `${HOST}/model/arn%3Aaws%2Fm-v1%3A0/converse` })).toBe(expected)
})
