import { describe, expect, test } from 'bun:test'
import { seededRandom } from '../../lib/random.ts'
import { answerGuard } from './answer-guard.ts'
import type { SecretDeclaration } from './detectors/secrets/secret-rule.ts'
import { SECRET_DECLARATIONS } from './detectors/secrets.ts'
import type { Guards } from './guardrail-index.ts'
import { inspectAnswerText } from './inspect.ts'
import type { TextGuard } from './inspection.ts'
import { guardsWith, sampleOf } from './testing.ts'

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
