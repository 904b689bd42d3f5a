import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { GatewayError } from '../../lib/errors.ts'
import { seededRandom } from '../../lib/random.ts'
import { documentSet } from '../../platform/documents/index.ts'
import {
  appKind,
  authenticate,
  callerOf,
  compileIdentity,
  generateKey,
  isWellFormedKey,
  keyDigest,
  keyKind,
  readCredential,
  teamKind,
} from './index.ts'

const KINDS = [teamKind, appKind, keyKind]
const NOW = Date.parse('2026-06-01T00:00:00Z')
const random = seededRandom(3)
const APP_KEY = generateKey(random)
const USER_KEY = generateKey(random)
const OLD_KEY = generateKey(random)
const OFF_KEY = generateKey(random)
const NEVER_KEY = generateKey(random)

const ORGANISATION = `
kind: Team
metadata: {name: operations}
---
kind: Team
metadata: {name: claims}
spec: {parent: operations, managers: ['user:ann@example.com'], members: ['user:bob@example.com']}
---
kind: App
metadata: {name: portal}
spec: {team: claims, owner: 'user:ann@example.com'}
---
kind: Key
metadata: {name: portal-key}
spec: {for: 'app:portal', sha256: ${keyDigest(APP_KEY)}, narrowTo: ['model:assistant']}
---
kind: Key
metadata: {name: bob-key}
spec: {for: 'user:bob@example.com', sha256: ${keyDigest(USER_KEY)}, expires: 2027-01-01}
---
kind: Key
metadata: {name: old-key}
spec: {for: 'app:portal', sha256: ${keyDigest(OLD_KEY)}, expires: 2026-01-01}
---
kind: Key
metadata: {name: off-key}
spec: {for: 'app:portal', sha256: ${keyDigest(OFF_KEY)}, disabled: true}
`
const index = () => compileIdentity(documentSet(KINDS, ORGANISATION))

function refusal(work: () => unknown): string {
  try {
    work()
  } catch (cause) {
    if (cause instanceof GatewayError) return cause.code
    throw cause
  }
  return 'none'
}

describe('virtual keys', () => {
  test('a generated key has the published format and its checksum holds', () => {
    for (let count = 0; count < 200; count++) {
      const key = generateKey(random)
      expect(key).toMatch(/^gth_[0-9A-Za-z]{36}$/)
      expect(isWellFormedKey(key)).toBe(true)
    }
    // CRC-32 of "gth_" and thirty zeros, worked out apart from this code.
    expect(isWellFormedKey(`gth_${'0'.repeat(30)}${KNOWN_CHECKSUM}`)).toBe(true)
  })

  test('a typo in any place is refused before any look-up', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 39 }), fc.constantFrom(...'0aZ9xQ'), (at, digit) => {
        const typo = APP_KEY.slice(0, at) + digit + APP_KEY.slice(at + 1)
        return typo === APP_KEY || !isWellFormedKey(typo)
      }),
    )
    expect(isWellFormedKey('sk-proj-123')).toBe(false)
  })
})

const KNOWN_CHECKSUM = '3TMc71'

describe('authenticate', () => {
  test('a key is recognised with its principal, team, ancestors and narrowing', () => {
    expect(authenticate(index(), APP_KEY, NOW)).toEqual({
      principal: 'app:portal',
      app: 'portal',
      key: 'portal-key',
      team: 'claims',
      teams: ['claims', 'operations'],
      narrowTo: ['model:assistant'],
      administrator: false,
    })
    expect(authenticate(index(), USER_KEY, NOW)).toMatchObject({
      principal: 'user:bob@example.com',
      user: 'bob@example.com',
      teams: ['claims', 'operations'],
    })
  })

  test('each refusal has its own code, and the second answer is the same as the first', () => {
    const identity = index()
    const cases: readonly [string | undefined, string][] = [
      [undefined, 'unauthenticated'],
      ['', 'unauthenticated'],
      ['sk-something', 'unauthenticated'],
      [`${APP_KEY.slice(0, -1)}!`, 'unauthenticated'],
      [NEVER_KEY, 'key_revoked'],
      [OFF_KEY, 'key_revoked'],
      [OLD_KEY, 'key_expired'],
      [APP_KEY, 'none'],
    ]
    for (const [credential, code] of [...cases, ...cases]) {
      expect(refusal(() => authenticate(identity, credential, NOW))).toBe(code)
    }
  })

  test('a key expires at its instant, also when it was recognised before', () => {
    const identity = index()
    const end = Date.parse('2027-01-01T00:00:00Z')
    expect(refusal(() => authenticate(identity, USER_KEY, end - 1))).toBe('none')
    expect(refusal(() => authenticate(identity, USER_KEY, end))).toBe('key_expired')
  })

  test('a revoked key is refused from the instant the next snapshot is published', () => {
    expect(refusal(() => authenticate(index(), APP_KEY, NOW))).toBe('none')
    const revoked = ORGANISATION.replace(keyDigest(APP_KEY), keyDigest(NEVER_KEY))
    const next = compileIdentity(documentSet(KINDS, revoked))
    expect(refusal(() => authenticate(next, APP_KEY, NOW))).toBe('key_revoked')
  })

  test('what strangers send is remembered within bounds and pushes no known key out', () => {
    const identity = index()
    authenticate(identity, APP_KEY, NOW)
    for (let count = 0; count < 10_500; count++) refusal(() => authenticate(identity, generateKey(random), NOW))
    expect(identity.remembered.unknown.size()).toBe(10_000)
    expect(identity.remembered.known.size()).toBe(1)
  })

  test('who may administer is asked of the grants and kept with the key', () => {
    const documents = documentSet(KINDS, ORGANISATION)
    const identity = compileIdentity(documents, { administers: (caller) => caller.principal === 'app:portal' })
    expect(authenticate(identity, APP_KEY, NOW).administrator).toBe(true)
    expect(authenticate(identity, USER_KEY, NOW).administrator).toBe(false)
    expect(callerOf(identity, 'app:portal')?.administrator).toBe(false)
  })
})

describe('documents', () => {
  test('a circle of teams is a problem of each team in it, and of no other', () => {
    const circle = `
kind: Team
metadata: {name: a}
spec: {parent: b}
---
kind: Team
metadata: {name: b}
spec: {parent: a}
---
kind: Team
metadata: {name: c}
spec: {parent: a}
`
    expect(() => documentSet(KINDS, circle)).toThrow('a -> b -> a')
    expect(() => documentSet(KINDS, circle)).not.toThrow('c ->')
  })

  test('two keys with one digest, a key for an unknown app and a malformed digest are problems', () => {
    const twins = `${ORGANISATION}---\nkind: Key\nmetadata: {name: zz}\nspec: {for: 'app:portal', sha256: ${keyDigest(APP_KEY)}}\n`
    expect(() => documentSet(KINDS, twins)).toThrow('the same digest')
    expect(() => documentSet(KINDS, ORGANISATION.replace("for: 'app:portal'", "for: 'app:portl'"))).toThrow('portl')
    expect(() => documentSet(KINDS, ORGANISATION.replace(keyDigest(APP_KEY), 'abc'))).toThrow('64')
  })

  test("every kind's example is valid", () => {
    for (const kind of KINDS) expect(documentSet(KINDS, kind.example).documents.length).toBeGreaterThan(0)
  })
})

describe('readCredential', () => {
  test('finds the key wherever a vendor SDK puts it', () => {
    const found = (headers: Record<string, string>, query?: string) =>
      readCredential(new Headers(headers), new URLSearchParams(query))
    expect(found({ authorization: 'Bearer k' })).toBe('k')
    expect(found({ authorization: 'bearer   k ' })).toBe('k')
    expect(found({ 'x-api-key': 'k' })).toBe('k')
    expect(found({ 'x-goog-api-key': 'k' })).toBe('k')
    expect(found({ 'api-key': 'k' })).toBe('k')
    expect(found({}, 'key=k')).toBe('k')
    expect(found({ authorization: 'Basic abc', 'x-api-key': 'k' })).toBe('k')
    expect(found({ authorization: 'Bearer first', 'x-api-key': 'second' })).toBe('first')
    expect(found({})).toBeUndefined()
    expect(found({ authorization: 'Bearer ' })).toBeUndefined()
    expect(found({ 'x-api-key': 'k'.repeat(9_000) })).toBeUndefined()
  })
})
