import { describe, expect, test } from 'bun:test'
import { answerGuard } from './answer-guard.ts'
import { inspectSegments } from './inspect.ts'
import { guardsWith } from './testing.ts'

const SECRET = 'AKIAZ7Q3XWV5RTN2KLMP'
const SENTENCE = `the key for the archive is ${SECRET}, keep it well`

const pairs = (text: string, write: (pair: string) => string, between = '') =>
  (Buffer.from(text).toString('hex').match(/../g) ?? []).map(write).join(between)

const DISGUISES: Readonly<Record<string, (text: string) => string>> = {
  base64: (text) => Buffer.from(text).toString('base64'),
  'base64 twice': (text) => Buffer.from(Buffer.from(text).toString('base64')).toString('base64'),
  hexadecimal: (text) => Buffer.from(text).toString('hex'),
  percent: (text) => pairs(text, (pair) => `%${pair}`),
  entities: (text) => [...text].map((c) => `&#${c.charCodeAt(0)};`).join(''),
  escapes: (text) => pairs(text, (pair) => `\\u00${pair}`),
  'zero-width characters': (text) => [...text].join('\u200b'),
  'full width': (text) => text.replace(/[!-~]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0)),
  blanks: (text) => [...text].join(' '),
  dashes: (text) => [...text].join('-'),
  'letters of other alphabets': (text) => text.replaceAll('A', 'А').replaceAll('K', 'К'),
}

const GUARDS = guardsWith('[{detector: secrets, action: mask, timeout: 30s}]')

async function maskedIn(text: string): Promise<string> {
  const { replaced } = await inspectSegments(GUARDS, 'input', [{ channel: 'user', text }])
  return replaced.get(0) ?? text
}

/** Everything that the client gets of an answer that comes in pieces of this length. */
function streamed(text: string, size: number): string {
  const guard = answerGuard(GUARDS)?.forBlock('assistant')
  if (!guard) throw new Error('nothing looks at answers')
  let out = ''
  for (let at = 0; at < text.length; at += size) out += guard.push(text.slice(at, at + size))
  return out + guard.end()
}

describe('a secret behind a disguise', () => {
  test.each(Object.entries(DISGUISES))('%s: is masked where it stands', async (_name, disguise) => {
    const hidden = disguise(SENTENCE)
    const masked = await maskedIn(`Before it. ${hidden} After it.`)
    expect(masked).toStartWith('Before it.')
    expect(masked).toEndWith('After it.')
    expect(masked).toContain('removed]')
    expect(masked).not.toContain(hidden)
  })

  test.each(Object.entries(DISGUISES))('%s: no stream lets it out, however it is cut', (_name, disguise) => {
    const text = `Before it. ${disguise(SENTENCE)} After it, and more words that follow.`
    const secret = disguise(SECRET).slice(8, -8)
    for (const size of [1, 2, 3, 5, 7, 11, 16, 23, 64, 500]) {
      const out = streamed(text, size)
      expect([size, out]).toEqual([size, expect.stringContaining('removed]')])
      expect(out).not.toContain(secret)
      expect(out).toEndWith('and more words that follow.')
    }
  })
})

test('an answer in base64 that hides nothing is not changed', () => {
  const text = `Here: ${Buffer.from('nothing of interest stands here, or there').toString('base64')} done`
  for (const size of [1, 4, 9, 100]) expect(streamed(text, size)).toBe(text)
})
