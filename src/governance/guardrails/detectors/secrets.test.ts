import { describe, expect, test } from 'bun:test'
import { seededRandom } from '../../../lib/random.ts'
import { generateKey } from '../../identity/index.ts'
import { compilePattern } from '../engine/pattern.ts'
import { inspectAnswerText } from '../inspect.ts'
import { guardsWith, sampleOf } from '../testing.ts'
import type { SecretDeclaration } from './secrets/secret-rule.ts'
import { SECRET_DECLARATIONS, SECRET_KINDS } from './secrets.ts'

const random = seededRandom(42)
const MASKS = guardsWith('[{detector: secrets, action: mask}]')

function masked(text: string, guards = MASKS): string {
  const inspection = inspectAnswerText(guards, 'assistant', text)
  if (inspection instanceof Promise) throw new Error('expected to be synchronous')
  return inspection.replaced.get(0) ?? text
}

const isClean = (text: string) => masked(text) === text
const draw = (source: string) => sampleOf(source, '', random)

/** Kinds that nothing but the value itself tells: a drawn one must be found wherever it is written. */
const TOKENS = SECRET_DECLARATIONS.filter(
  ({ pattern, begins = 'word', kind }) =>
    begins === 'word' && !compilePattern(pattern).begunValue && kind !== 'JWT' && kind !== 'GATEHOUSE_KEY',
)

const PLACES: readonly (readonly [name: string, write: (secret: string) => string])[] = [
  ['prose', (secret) => `My key is ${secret}. Please do not tell anybody.`],
  ['brackets', (secret) => `it works (${secret}), mostly`],
  ['Markdown', (secret) => `Use \`${secret}\` or **${secret}** here`],
  ['JSON', (secret) => JSON.stringify({ config: { value: secret }, next: 1 })],
  ['JSON in JSON', (secret) => JSON.stringify(JSON.stringify({ lines: `first\n${secret}\nlast` }))],
  ['an environment', (secret) => `VALUE=${secret}\nOTHER=1`],
  ['a URL', (secret) => `https://example.org/path?value=${secret}&page=2`],
  ['a URL, encoded', (secret) => `next=https%3A%2F%2Fexample.org%3Fvalue%3D${secret}%26page%3D2`],
  ['code', (secret) => `const client = new Client('${secret}');`],
  ['XML', (secret) => `<value>${secret}</value>`],
  ['the end', (secret) => `and it was ${secret}`],
]

describe('a token is found and wholly masked', () => {
  test('for more than eighty kinds', () => {
    expect(SECRET_KINDS.length).toBeGreaterThan(150)
    expect(new Set(TOKENS.map(({ kind }) => kind)).size).toBeGreaterThan(60)
  })

  test.each(PLACES)('in %s', (_name, write) => {
    for (const declaration of TOKENS) {
      const secret = likely(declaration)
      const result = masked(write(secret))
      if (result.includes(secret.slice(4, -2))) throw new Error(`${declaration.kind}: ${write(secret)} → ${result}`)
      expect(result).toContain(' removed]')
    }
  })
})

test('every token that is declared has a keyword where its rule looks for it', () => {
  for (const { kind, pattern, flags, keywords, before } of TOKENS) {
    for (let number = 0; number < 20; number++) {
      const sample = sampleOf(pattern, flags ?? '', random)
      const lower = sample.toLowerCase()
      const { min, max } = before ?? { min: 0, max: 0 }
      const woken = keywords.some((keyword) => {
        const at = lower.indexOf(keyword.toLowerCase(), min)
        return at >= min && at <= max
      })
      if (!woken) throw new Error(`${kind}: nothing wakes the rule for ${sample}`)
    }
  }
})

/** A sample that no rule of chance takes for a placeholder. */
function likely({ pattern, flags, kind }: SecretDeclaration): string {
  for (let attempt = 0; attempt < 50; attempt++) {
    const sample = sampleOf(pattern, flags ?? '', random)
    if (!isClean(` ${sample} `)) return sample
  }
  throw new Error(`no sample of ${kind} is found`)
}

describe('a secret that its surroundings give away is masked', () => {
  test.each([
    ['password: "tR7!kfq92Lm"', 'tR7!kfq92Lm'],
    ['"password": "tR7!kfq92Lm",', 'tR7!kfq92Lm'],
    ["DB_PASSWORD='h4lf-Moon#77'", 'h4lf-Moon#77'],
    ['The password for db01 is Kx9mQ42vLp, keep it.', 'Kx9mQ42vLp'],
    ['mysql --password=Kx9mQ42vLp -u root', 'Kx9mQ42vLp'],
    ["curl -u 'api:d2LkV78zLx!t' https://example.org", 'd2LkV78zLx!t'],
    ['postgres://app:9fKq2LmXz7@db.internal:5432/main', '9fKq2LmXz7'],
    ['mongodb+srv://login:CPCdZH5k0F6dxQ9V@cluster.example.net/?w=majority', 'CPCdZH5k0F6dxQ9V'],
    ['Authorization: Bearer 8fKq2LmXz7Pq0sVb4', '8fKq2LmXz7Pq0sVb4'],
    [`Authorization: Basic ${btoa('ann:Kx9mQ42vLp')}`, btoa('ann:Kx9mQ42vLp')],
    ['api_key = "9f86Qd081Xc84e1hL"', '9f86Qd081Xc84e1hL'],
    ['client_secret: 7hQ~x2Lk9ZpV4mNb8sQw', '7hQ~x2Lk9ZpV4mNb8sQw'],
    ['Server=db;User Id=sa;Password=Zx81-kQ2m!;Encrypt=true', 'Zx81-kQ2m!'],
    ['<add key="SmtpPassword" value="Zx81kQ2m!"/>', 'Zx81kQ2m!'],
    ['heroku key: 3f0c1d2e-7a6b-4c5d-9e8f-0a1b2c3d4e5f', '3f0c1d2e-7a6b-4c5d-9e8f-0a1b2c3d4e5f'],
  ])('%s', (text, secret) => {
    expect(masked(text)).toBe(text.replace(secret, masked(text).match(/\[[A-Z_]+ removed\]/)?.[0] ?? ''))
  })

  test('a private key, whole, in one line of JSON, cited, and broken off', () => {
    const lines = Array.from({ length: 12 }, () => draw('[0-9A-Za-z+/]{64}'))
    const key = ['-----BEGIN RSA PRIVATE KEY-----', ...lines, '-----END RSA PRIVATE KEY-----'].join('\n')
    expect(masked(`Key:\n${key}\nDone.`)).toBe('Key:\n[PRIVATE_KEY removed]\nDone.')
    expect(masked(JSON.stringify({ key, id: 7 }))).toBe('{"key":"[PRIVATE_KEY removed]","id":7}')
    expect(masked(`> ${key.replaceAll('\n', '\n> ')}\n\nend`)).toBe('> [PRIVATE_KEY removed]\n\nend')
    const broken = masked(`${key.slice(0, 300)}\n\nThat is how it looks, more or less.`)
    expect(broken).toStartWith('[PRIVATE_KEY removed]')
    expect(broken).toEndWith('how it looks, more or less.')
  })
})

describe('what is no secret is left alone', () => {
  test.each([
    ['a UUID', 'id: 3f0c1d2e-7a6b-4c5d-9e8f-0a1b2c3d4e5f, parent 550e8400-e29b-41d4-a716-446655440000'],
    ['a git SHA', 'commit 9c9ad48b1f0c8d2e7a6b4c5d9e8f0a1b2c3d4e5f fixes it (see 3772bdf)'],
    ['a digest', 'sha256:eaaa7b11777babe28e6133a8b19ff71cea687e0d7f05158dee95a71f76ce3d00'],
    ['an integrity', 'integrity="sha512-9eDaH3p0fJ1Yk2VbNcQwXzLrTuMhGd7sKpQeRtYuIoPaSdFgHjKlZxCvBnM1234567890=="'],
    ['hex colours', 'color: #ff8800; background: #1a2b3c4d; border-color: #ABCDEF'],
    ['versions', 'upgrade 1.2.3-beta.4+build.5678 to 10.20.30, v2026.11.22 and io.example:kit-core-0.11.2'],
    [
      'minified code',
      'var a=function(t,e){return t.token=e.secret,t.password=e.pwd||"",n(t,{key:e.k})};!function(){o.keySelector=n}()',
    ],
    [
      'typed code',
      'interface Login { password: string; token?: Token; secret: SecretKey; apiKey: process.env.API_KEY }',
    ],
    ['calls', 'const token = await createToken(user1, options2); const password = hashPassword2(input)'],
    ['templates', 'password: $DB_PASSWORD1, token: {{ vault.token2 }}, api_key: <your-api-key-1>'],
    [
      'placeholders',
      'AKIAIOSFODNN7EXAMPLE ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx sk-your-api-key-goes-here-123 password=changeme123',
    ],
    ['runs', 'api_key: "1234567890abcdef1234567890abcdef", token: "abcdefghijklmnopqrstuvwxyz1"'],
    [
      'labels',
      '{"passwordLabel": "Password1:", "tokenUrl": "https://example.org/token2", "secret_name": "prod-db-2026"}',
    ],
    ['manuals', 'postgres://user:password@localhost:5432/db and https://user:pass@example.org and curl -u user:pass'],
    ['ports', 'http://localhost:8080/a@b and redis://cache:6379'],
    ['prose', 'The secret is patience. My token of thanks: see you at 10:30am! A password must have 12 characters.'],
    [
      'paths of fields',
      "paths: ['users.*.password', 'users.*.profile.preferences.apiKey'], e[e.CloseToken=2]='CloseToken',e[e.OpenBracketToken=3]",
    ],
    ['identifiers', 'CREDENTIALS_ID = "K8S_CRED" jobCredentialsId: "f4aeb6bc-2a25-458a-8111-9be9e502c0e7"'],
    [
      'public keys',
      'public_key = "9Cnzj4p4WGeKLs1Pt8QuKUpRKfFLfRYC9AIKjbJTWit"\n-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0B\n-----END PUBLIC KEY-----',
    ],
    [
      'the mention of a private key',
      'A file that begins with -----BEGIN RSA PRIVATE KEY----- is one to keep to yourself.',
    ],
    ['letters in line', 'TODAYINASIAASACKOFRICEFELLOVER and skip-to-main-content-1234567890abcdefgh'],
  ])('%s', (_name, text) => {
    expect(masked(text)).toBe(text)
  })
})

describe('options', () => {
  test('kinds and except choose', () => {
    const key = draw('AKIA[0-9A-Z]{16}')
    const token = draw('ghp_[0-9A-Za-z]{36}')
    const both = `${key} ${token}`
    expect(masked(both, guardsWith('[{detector: secrets, kinds: [AWS_ACCESS_KEY], action: mask}]'))).toBe(
      `[AWS_ACCESS_KEY removed] ${token}`,
    )
    expect(masked(both, guardsWith('[{detector: secrets, except: [AWS_ACCESS_KEY], action: mask}]'))).toBe(
      `${key} [GITHUB_TOKEN removed]`,
    )
  })

  test('our own keys are told by their checksum', () => {
    const key = generateKey(random)
    const typo = `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`
    expect(masked(`key ${key}`)).toBe('key [GATEHOUSE_KEY removed]')
    expect(masked(`key ${typo}`)).toBe(`key ${typo}`)
    expect(masked(`key ${typo}`, guardsWith('[{detector: secrets, action: mask, threshold: 0.3}]'))).toBe(
      'key [GATEHOUSE_KEY removed]',
    )
  })
})
