import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { seededRandom } from '../../lib/random.ts'
import { answerGuard } from './answer-guard.ts'
import { ALL_CHANNELS, ALL_PHASES, defineDetector } from './detectors/detector.ts'
import type { SecretDeclaration } from './detectors/secrets/secret-rule.ts'
import { SECRET_DECLARATIONS } from './detectors/secrets.ts'
import type { Guards } from './guardrail-index.ts'
import { inspectAnswerText } from './inspect.ts'
import type { TextGuard } from './inspection.ts'
import { guardsOf, guardsWith, sampleOf } from './testing.ts'

const random = seededRandom(20_261_122)
const MASKS = guardsWith('[{detector: secrets, action: mask}]')

const PEM_LINE = () => sampleOf('[0-9A-Za-z+/]{64}', '', random)
const privateKey = (lines: number, newline: string) =>
  [
    '-----BEGIN RSA PRIVATE KEY-----',
    ...Array.from({ length: lines }, PEM_LINE),
    'x8Qf=',
    '-----END RSA PRIVATE KEY-----',
  ].join(newline)

/** A secret as a text of a given kind would hold it, by the first declaration that is found alone. */
function secretOf(kind: string): string {
  const declaration = SECRET_DECLARATIONS.find((one) => one.kind === kind)
  if (!declaration) throw new Error(`no kind ${kind}`)
  return sampleThatIsFound(declaration)
}

function sampleThatIsFound(declaration: SecretDeclaration): string {
  for (let attempt = 0; attempt < 200; attempt++) {
    const sample = sampleOf(declaration.pattern, declaration.flags ?? '', random)
    if (masked(MASKS, `${sample} `) !== `${sample} ` && !/\s/.test(sample)) return sample
  }
  throw new Error(`no sample of ${declaration.kind} is found`)
}

function masked(guards: Guards, text: string): string {
  const inspection = inspectAnswerText(guards, 'assistant', text)
  if (inspection instanceof Promise) throw new Error('expected to be synchronous')
  return inspection.replaced.get(0) ?? text
}

function stream(
  guards: Guards,
  chunks: readonly string[],
  channel: 'assistant' | 'tool-arguments' = 'assistant',
): string {
  const guard = answerGuard(guards)?.forBlock(channel)
  if (!guard) throw new Error('no guard')
  return feed(guard, chunks)
}

/** Feeds chunks and checks, at every step, that what is held is exactly what was pushed and has not come out. */
function feed(guard: TextGuard, chunks: readonly string[]): string {
  let written = ''
  for (const chunk of chunks) {
    const before = guard.held()
    const out = guard.push(chunk)
    written += out
    if (!out.includes(' removed]') && out.length !== before + chunk.length - guard.held())
      throw new Error(`held ${guard.held()} of ${before} + ${chunk.length}, but ${out.length} came out`)
  }
  written += guard.end()
  expect(guard.held()).toBe(0)
  return written
}

const KINDS = [
  'AWS_ACCESS_KEY',
  'GITHUB_TOKEN',
  'ANTHROPIC_API_KEY',
  'OPENAI_API_KEY',
  'GOOGLE_API_KEY',
  'SLACK_TOKEN',
  'STRIPE_KEY',
  'GITLAB_TOKEN',
  'SENDGRID_KEY',
  'HUGGINGFACE_TOKEN',
  'NPM_TOKEN',
  'TELEGRAM_TOKEN',
  'DIGITALOCEAN_TOKEN',
]
const TEXTS: readonly (readonly [name: string, text: string])[] = [
  ...KINDS.map((kind) => [kind, `Use ${secretOf(kind)}, then go on.`] as const),
  ['PASSWORD', 'db:\n  password: "tR7!kfq92Lm"\n  port: 5432'],
  ['PASSWORD in prose', 'The password for db01 is Kx9mQ42vLp, keep it.'],
  ['URL_PASSWORD', 'postgres://app:9fKq2LmXz7@db.internal:5432/main'],
  [
    'JWT',
    `Cookie: ${['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiI0MiIsIm4iOjF9', PEM_LINE().replace(/[+/]/g, '_').slice(0, 43)].join('.')}; x`,
  ],
  ['PRIVATE_KEY', `Key:\n${privateKey(1, '\n')}\nDone.`],
]

describe('a stream', () => {
  test.each(TEXTS)('with %s cut into two anywhere comes out as the whole text would', (_name, text) => {
    const whole = masked(MASKS, text)
    expect(whole).toContain(' removed]')
    for (let cut = 0; cut <= text.length; cut++) {
      const out = stream(MASKS, [text.slice(0, cut), text.slice(cut)])
      if (out !== whole) throw new Error(`cut at ${cut}: ${out}`)
    }
  })

  test.each(TEXTS)('with %s cut into three anywhere comes out as the whole text would', (_name, text) => {
    const whole = masked(MASKS, text)
    const step = text.length > 110 ? 3 : 1
    for (let first = 0; first <= text.length; first += step) {
      for (let second = first; second <= text.length; second += step) {
        const out = stream(MASKS, [text.slice(0, first), text.slice(first, second), text.slice(second)])
        if (out !== whole) throw new Error(`cuts at ${first}, ${second}: ${out}`)
      }
    }
  })

  test.each(TEXTS)('with %s one character at a time comes out as the whole text would', (_name, text) => {
    expect(stream(MASKS, [...text])).toBe(masked(MASKS, text))
  })
})

describe('any stream', () => {
  const NAMES = guardsWith(
    '[{detector: secrets, action: mask}, {detector: words, words: [Blue Heron, Kestrel, 项目隼], action: mask}, {detector: words, words: [falcon], fuzzy: true, action: mask}]',
  )
  const pieces = [
    ...TEXTS.map(([, text]) => text),
    ...[
      'a Blue \n Heron',
      'kestrel',
      'Kes\u200btrel',
      '我们的项目隼',
      'F4lc0n',
      'caf\u0065\u0301',
      '\ud83d\udc69\u200d\ud83d\udd27',
      'plain words',
      'token: ',
      'eyJ',
      'AKIA',
      '://',
      '-----BEGIN ',
      ' is ',
      '\n',
      '"',
      'é',
    ],
  ]
  const text = fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 6 }).map((list) => list.join(' '))
  const cuts = fc.array(fc.nat({ max: 400 }), { maxLength: 12 })
  const cutUp = (whole: string, places: readonly number[]) => {
    const sorted = [...new Set(places.map((place) => place % (whole.length + 1)))].toSorted((a, b) => a - b)
    return [...sorted, whole.length].map((to, number) => whole.slice(number === 0 ? 0 : sorted[number - 1], to))
  }

  test('comes out as the whole text would, however it is cut', () => {
    fc.assert(
      fc.property(text, cuts, (whole, places) => {
        expect(stream(NAMES, cutUp(whole, places))).toBe(masked(NAMES, whole))
      }),
      { numRuns: 1_500 },
    )
  })

  test('of JSON for a tool stays JSON, and says the same as the whole would', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('a', 'b', 'password'), text, { minKeys: 1 }),
        cuts,
        (object, places) => {
          const json = JSON.stringify(object).replaceAll('é', '\\u00e9')
          const out = stream(NAMES, cutUp(json, places), 'tool-arguments')
          JSON.parse(out)
          for (const secret of SECRETS) expect(out).not.toContain(secret)
        },
      ),
      { numRuns: 500 },
    )
  })
})

/** The parts of {@link TEXTS} that must never come out. */
const SECRETS = TEXTS.map(([, text]) => {
  const start = masked(MASKS, text).indexOf('[')
  return text.slice(start, start + 12)
})

describe('a guard', () => {
  const BLOCKS = guardsWith('[{detector: words, words: [kestrel], action: block, message: No birds.}]')
  const guardOf = (guards: Guards, channel: 'assistant' | 'tool-arguments' = 'assistant') => {
    const answers = answerGuard(guards)
    if (!answers) throw new Error('no guard')
    return { guard: answers.forBlock(channel), verdicts: answers.verdicts }
  }

  test('that blocks lets out what came before, then refuses, and keeps refusing', () => {
    const { guard, verdicts } = guardOf(BLOCKS)
    expect(guard.push('see the ')).toBe('see the ')
    expect(guard.push('kest')).toBe('')
    expect(() => guard.push('rel fly')).toThrow('No birds.')
    expect(() => guard.push(' more')).toThrow('No birds.')
    expect(() => guard.end()).toThrow('No birds.')
    expect(verdicts()).toMatchObject([{ action: 'block', findings: 1, state: 'ran', phase: 'output' }])
  })

  test('that blocks also sees what the end completes', () => {
    const { guard } = guardOf(BLOCKS)
    guard.push('a kestrel')
    expect(guard.held()).toBe(7)
    expect(() => guard.end()).toThrow('No birds.')
  })

  test('in monitor mode lets everything pass at its time and counts each finding once', () => {
    const { guard, verdicts } = guardOf(
      guardsOf(
        'kind: Guardrail\nmetadata: {name: g}\nspec: {appliesTo: [org], mode: monitor, checks: [{detector: words, words: [kestrel], action: block}]}',
      ),
    )
    const out = [...'a kestrel, a kestrel and so on'].map((character) => guard.push(character)).join('') + guard.end()
    expect(out).toBe('a kestrel, a kestrel and so on')
    expect(verdicts()).toMatchObject([{ findings: 2, mode: 'monitor', action: 'block' }])
  })

  test('holds nothing of plain prose but the beginnings of keywords', () => {
    const { guard } = guardOf(MASKS)
    for (const word of 'the quick brown fox jumps over it and that was all '.split(/(?= )/)) {
      guard.push(word)
      expect(guard.held()).toBeLessThanOrEqual(4)
    }
  })

  test('for a channel that nothing looks at lets everything pass at once', () => {
    const { guard, verdicts } = guardOf(
      guardsWith('[{detector: words, words: [kestrel], action: block, phases: [output]}]'),
      'tool-arguments',
    )
    expect(guard.push('{"a":"kest')).toBe('{"a":"kest')
    expect([guard.held(), guard.end()]).toEqual([0, ''])
    expect(verdicts()).toMatchObject([{ state: 'skipped' }])
  })

  test('is absent when no check looks at answers', () => {
    expect(answerGuard(guardsWith('[{detector: words, words: [x], action: block, phases: [input]}]'))).toBeUndefined()
  })

  test('looks at a private key in work that stays linear, and lets none of it out', () => {
    const { guard } = guardOf(MASKS)
    const key = privateKey(250, '\n')
    let out = ''
    for (let at = 0; at < key.length; at += 4) out += guard.push(key.slice(at, at + 4))
    expect(out).toBe('')
    expect(guard.end()).toBe('[PRIVATE_KEY removed]')
  })

  test('keeps whole the findings of a detector without keywords', () => {
    const finder = defineDetector({
      name: 'words',
      subject: 'x',
      options: {},
      phases: ALL_PHASES,
      channels: ALL_CHANNELS,
      compile: () => ({
        rules: [],
        longestMatch: 6,
        find: (text) =>
          [...text.matchAll(/[0-9]{4,6}(?![0-9])/g)].map(({ index, 0: { length } }) => ({
            start: index,
            end: index + length,
            kind: 'NUMBER',
            score: 1,
          })),
      }),
    })
    const guards = guardsOf(
      'kind: Guardrail\nmetadata: {name: g}\nspec: {appliesTo: [org], checks: [{detector: words, words: [x], action: mask}]}',
      ['org'],
      {
        detectors: new Map([['words', finder]]),
      },
    )
    const whole = 'pin 123456, or 4711 and 12.'
    for (let cut = 0; cut <= whole.length; cut++) {
      expect(stream(guards, [whole.slice(0, cut), whole.slice(cut)])).toBe(
        'pin [NUMBER removed], or [NUMBER removed] and 12.',
      )
    }
    expect(stream(guards, [...whole])).toBe('pin [NUMBER removed], or [NUMBER removed] and 12.')
  })
})
