import { expect, test } from 'bun:test'
import { manualClock } from '../../lib/clock.ts'
import { sha256Hex } from '../../lib/crypto.ts'
import { GatewayError } from '../../lib/errors.ts'
import { seededRandom } from '../../lib/random.ts'
import { documentSet } from '../../platform/documents/index.ts'
import { describeEngines } from '../../platform/storage/testing.ts'
import { auditMigrations } from '../audit/index.ts'
import { appKind, authenticateSession, compileIdentity, type Directory, keyKind, teamKind } from '../identity/index.ts'
import type { PasswordHasher } from './passwords.ts'
import { PEOPLE_MIGRATIONS } from './people-migrations.ts'
import { MOST_SESSIONS, SESSION_MS } from './sessions.ts'
import { QUICK_HASHER, testPeople } from './testing.ts'
import { totpCode } from './totp.ts'

const ANN = { email: 'Ann@Example.com', name: 'Ann', teams: [], passwordChange: 'none' } as const
const TABLES = [...auditMigrations, ...PEOPLE_MIGRATIONS]
const HERE = { address: '10.0.0.1', agent: 'test', requestId: 'req_1' }
const BY = { actor: 'user:root@example.com', requestId: 'req_1' }
const PASSWORD = 'correct horse battery'
const IDENTITY = compileIdentity(documentSet([teamKind, appKind, keyKind], ''))

async function refusal(work: Promise<unknown> | (() => unknown)): Promise<string> {
  try {
    await (typeof work === 'function' ? work() : work)
    return 'none'
  } catch (cause) {
    if (cause instanceof GatewayError) return cause.code
    throw cause
  }
}

function recognised(directory: Directory, token: string, nowMs: number, index = IDENTITY) {
  const headers = new Headers({ cookie: `a=b; ${directory.cookieName}=${token}` })
  return authenticateSession(index, { method: 'GET', headers }, { directory, nowMs })
}

describeEngines('people', (open) => {
  const opened = async () => {
    const database = await open(TABLES)
    return { database, ...(await testPeople(database)) }
  }
  const withAnn = async () => {
    const bench = await opened()
    const { user } = await bench.people.users.create({ ...ANN, password: PASSWORD }, BY)
    const signIn = () => bench.people.signIn.withPassword({ email: ANN.email, password: PASSWORD, ...HERE })
    return { ...bench, user, signIn }
  }

  test('who signs in is recognised by the cookie, and the database holds neither password nor token', async () => {
    const { people, database, signIn, clock } = await withAnn()
    const { token } = await signIn()
    expect(token).toMatch(/^gts_[0-9A-Za-z]{43}$/)
    const found = recognised(people.directory, token, clock.now())
    expect(found?.caller).toMatchObject({ principal: 'user:ann@example.com', administrator: false })
    const tables = database.tables<{ sessions: object; users: object }>()
    const rows = [
      ...(await tables.selectFrom('sessions').selectAll().execute()),
      ...(await tables.selectFrom('users').selectAll().execute()),
    ]
    expect(JSON.stringify(rows)).not.toContain(token)
    expect(JSON.stringify(rows)).toContain(sha256Hex(token))
  })

  test('a session ends after eight hours, at sign-out, when the person is disabled, and when they are deleted', async () => {
    const { people, clock, signIn, user } = await withAnn()
    const first = await signIn()
    expect(await refusal(() => recognised(people.directory, first.token, clock.now() + SESSION_MS - 1))).toBe('none')
    expect(await refusal(() => recognised(people.directory, first.token, clock.now() + SESSION_MS))).toBe(
      'session_ended',
    )
    await people.sessions.end(first.session.id, BY)
    expect(await refusal(() => recognised(people.directory, first.token, clock.now()))).toBe('session_ended')
    const second = await signIn()
    await people.users.change(user.id, { disabled: true }, BY)
    expect(await refusal(() => recognised(people.directory, second.token, clock.now()))).toBe('session_ended')
    expect(await refusal(signIn())).toBe('sign_in_failed')
    await people.users.change(user.email, { disabled: false }, BY)
    // Being let in again brings no old session back.
    expect(await refusal(() => recognised(people.directory, second.token, clock.now()))).toBe('session_ended')
    const third = await signIn()
    await people.users.delete(user.id, BY)
    expect(await refusal(() => recognised(people.directory, third.token, clock.now()))).toBe('session_ended')
    expect(await refusal(people.users.find(user.id))).toBe('not_found')
  })

  test('another node refuses an ended session within a second, and knows a new one', async () => {
    const { people, database, signIn, user, clock } = await withAnn()
    const other = await testPeople(database, { random: seededRandom(2) })
    const { token } = await signIn()
    const settle = async () => {
      await other.people.follow()
      return refusal(() => recognised(other.people.directory, token, clock.now()))
    }
    expect(await settle()).toBe('none')
    await people.users.change(user.id, { disabled: true }, BY)
    expect(await settle()).toBe('session_ended')
    expect(other.people.directory.person('ann@example.com')?.status).toBe('disabled')
  })

  test('a new node knows the sessions of before its start', async () => {
    const { database, signIn, clock } = await withAnn()
    const { token } = await signIn()
    const late = await testPeople(database, { clock, random: seededRandom(3) })
    expect(recognised(late.people.directory, token, clock.now())?.caller.user).toBe('ann@example.com')
  })

  test('privileged people are signed out after thirty idle minutes, others are not', async () => {
    const { people, signIn, clock } = await withAnn()
    const { token } = await signIn()
    const privileged = compileIdentity(documentSet([teamKind, appKind, keyKind], ''), { isPrivileged: () => true })
    const start = clock.now()
    const minute = 60_000
    const at = (minutes: number, index = privileged) =>
      refusal(() => recognised(people.directory, token, start + minutes * minute, index))
    expect(await at(29)).toBe('none')
    expect(await at(58)).toBe('none')
    expect(await at(88)).toBe('session_ended')
    expect(await at(88, IDENTITY)).toBe('none')
  })

  test('when a session was last used is kept and seen by a node that starts later', async () => {
    const { people, database, signIn, clock } = await withAnn()
    const { token, session } = await signIn()
    recognised(people.directory, token, clock.now() + 5_000)
    await people.stop()
    const late = await testPeople(database, { clock, random: seededRandom(3) })
    expect(late.people.directory.session(sha256Hex(token))?.seenAt).toBe(clock.now() + 5_000)
    expect((await late.people.users.find(session.person.id)).lastSeenAt).toBe(clock.now() + 5_000)
  })

  test('a wrong password, an unknown address, a disabled account and one without a password look alike', async () => {
    const hashes: string[] = []
    const hasher: PasswordHasher = {
      ...QUICK_HASHER,
      matches: (password, hash) => {
        hashes.push(hash)
        return QUICK_HASHER.matches(password, hash)
      },
    }
    const { people } = await testPeople(await open(TABLES), { hasher })
    const { user } = await people.users.create({ ...ANN, password: PASSWORD }, BY)
    const attempt = (email: string, password = PASSWORD) =>
      people.signIn.withPassword({ email, password, ...HERE }).catch((cause: unknown) => cause)
    const answers = [await attempt(ANN.email, 'not her password'), await attempt('nobody@example.com')]
    await people.users.change(user.id, { disabled: true }, BY)
    answers.push(await attempt(ANN.email))
    expect(new Set(answers.map(String)).size).toBe(1)
    // Each was compared with a hash, so each took as long.
    expect(hashes.length).toBe(3)
  })

  test('guessing is slowed down for one account and for one address, and a right password does not count', async () => {
    const { people, signIn } = await withAnn()
    for (let count = 0; count < 30; count++) await signIn()
    const guess = (email: string, address: string) =>
      refusal(people.signIn.withPassword({ email, password: 'wrong password', address, agent: '', requestId: '' }))
    for (let count = 0; count < 8; count++) expect(await guess(ANN.email, '10.0.0.9')).toBe('sign_in_failed')
    expect(await guess('ANN@example.com', '10.0.0.9')).toBe('rate_limited')
    // The office next door is not kept out by it.
    expect(await refusal(signIn())).toBe('none')
    for (let count = 0; count < 100; count++) await guess(`someone-${count}@example.com`, '10.0.0.8')
    expect(await guess('fresh@example.com', '10.0.0.8')).toBe('rate_limited')
  })

  test('attempts made at once are all counted', async () => {
    const { people } = await withAnn()
    const attempt = () =>
      refusal(
        people.signIn.withPassword({
          email: ANN.email,
          password: 'wrong password',
          address: 'x',
          agent: '',
          requestId: '',
        }),
      )
    const codes = await Promise.all(Array.from({ length: 20 }, attempt))
    expect(codes.filter((code) => code === 'sign_in_failed').length).toBe(8)
  })

  test('a changed password ends all other sessions, a reset one ends all and must be replaced', async () => {
    const { people, signIn, user, clock } = await withAnn()
    const [here, there] = [await signIn(), await signIn()]
    await people.users.setPassword({ id: user.id, password: 'another good password', keepSession: here.session.id }, BY)
    expect(await refusal(() => recognised(people.directory, here.token, clock.now()))).toBe('none')
    expect(await refusal(() => recognised(people.directory, there.token, clock.now()))).toBe('session_ended')
    expect(await refusal(signIn())).toBe('sign_in_failed')
    const { password } = await people.users.resetPassword(user.email, BY)
    expect(await refusal(() => recognised(people.directory, here.token, clock.now()))).toBe('session_ended')
    const again = await people.signIn.withPassword({ email: ANN.email, password, ...HERE })
    expect(again.session.person.passwordChange).toBe('required')
  })

  test('there is one account of an address, however it is written, and a deleted one can be invited anew', async () => {
    const { people, user } = await withAnn()
    expect(await refusal(people.users.create({ ...ANN, email: 'ann@EXAMPLE.com' }, BY))).toBe('conflict')
    await people.users.delete(user.id, BY)
    expect(people.directory.person('ann@example.com')?.status).toBe('deleted')
    const made = await people.users.create({ ...ANN, name: 'Another Ann' }, BY)
    expect(made.user).toMatchObject({ name: 'Another Ann', status: 'active', id: user.id })
    expect((await people.users.list({ limit: 10 })).length).toBe(1)
  })

  test('accounts are listed by address, searched without case, and paged', async () => {
    const { people } = await opened()
    for (const name of ['Carl', 'Ann', 'Bob_x']) {
      await people.users.create({ ...ANN, name, email: `${name.toLowerCase()}@example.com` }, BY)
    }
    const emails = async (query: object) => (await people.users.list({ limit: 10, ...query })).map(({ email }) => email)
    expect(await emails({})).toEqual(['ann@example.com', 'bob_x@example.com', 'carl@example.com'])
    expect(await emails({ after: 'ann@example.com', limit: 1 })).toEqual(['bob_x@example.com'])
    expect(await emails({ search: 'carl' })).toEqual(['carl@example.com'])
    // The signs of SQL's patterns are signs like any other.
    expect(await emails({ search: 'b_x' })).toEqual(['bob_x@example.com'])
    expect(await emails({ search: '%' })).toEqual([])
  })

  test('one person has a bounded number of sessions: the oldest ends', async () => {
    const { people, signIn, user, clock } = await withAnn()
    const first = await signIn()
    for (let count = 0; count < MOST_SESSIONS; count++) {
      await clock.advance(1)
      await signIn()
    }
    expect((await people.sessions.list(user.id)).length).toBe(MOST_SESSIONS)
    expect(await refusal(() => recognised(people.directory, first.token, clock.now()))).toBe('session_ended')
  })

  test('sessions that expired a month ago are deleted', async () => {
    const { people, database, signIn, clock } = await withAnn()
    await signIn()
    expect(await people.sessions.clean()).toBe(0)
    const later = manualClock(clock.now() + SESSION_MS + 31 * 86_400_000)
    const { people: then } = await testPeople(database, { clock: later })
    expect(await then.sessions.clean()).toBe(1)
  })

  test('a second factor counts from its first code on, each code once, and recovery codes replace it', async () => {
    const { people, user, signIn, clock } = await withAnn()
    const { uri } = await people.factor.enrol(user.id, BY)
    const secret = [...(new URL(uri).searchParams.get('secret') ?? '')]
      .map((digit) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(digit).toString(2).padStart(5, '0'))
      .join('')
    const bytes = Uint8Array.from(secret.match(/.{8}/g) ?? [], (bits) => Number.parseInt(bits, 2))
    const codeNow = () => totpCode(bytes, Math.floor(clock.now() / 30_000))
    const withCode = (code?: string) =>
      people.signIn.withPassword({ email: ANN.email, password: PASSWORD, code, ...HERE })
    // Not confirmed yet: it must not lock out who lost the picture.
    expect(await refusal(signIn())).toBe('none')
    expect(await refusal(people.factor.confirm(user.id, '000000', BY))).toBe('sign_in_failed')
    const recovery = await people.factor.confirm(user.id, codeNow(), BY)
    expect(recovery.length).toBe(10)
    expect(await refusal(signIn())).toBe('second_factor_required')
    // The code that confirmed it was used by that.
    expect(await refusal(withCode(codeNow()))).toBe('sign_in_failed')
    await clock.advance(30_000)
    const both = await Promise.all([refusal(withCode(codeNow())), refusal(withCode(codeNow()))])
    expect(both.sort()).toEqual(['none', 'sign_in_failed'])
    const [first = ''] = recovery
    expect(await refusal(withCode(`${first.slice(0, 6)} ${first.slice(6)}`))).toBe('none')
    expect(await refusal(withCode(first))).toBe('sign_in_failed')
    // A wrong password says nothing of the factor.
    const wrong = people.signIn.withPassword({ email: ANN.email, password: 'wrong', code: codeNow(), ...HERE })
    expect(await refusal(wrong)).toBe('sign_in_failed')
    expect(await refusal(people.factor.enrol(user.id, BY))).toBe('conflict')
    await people.factor.remove(user.id, BY)
    expect(await refusal(signIn())).toBe('none')
  })

  test('proving again moves the proof of this session, and a wrong proof is counted like guessing', async () => {
    const { people, signIn, clock } = await withAnn()
    const { session } = await signIn()
    await clock.advance(60_000)
    const prove = (password: string) => refusal(people.signIn.stepUp(session, { password, address: 'a' }, BY))
    expect(await prove('wrong')).toBe('sign_in_failed')
    expect(session.provedAt).toBe(clock.now() - 60_000)
    expect(await prove(PASSWORD)).toBe('none')
    expect(session.provedAt).toBe(clock.now())
    for (let count = 0; count < 7; count++) await prove('wrong')
    expect(await prove(PASSWORD)).toBe('rate_limited')
  })

  test('what a provider keeps counts in the account: state, name, groups; each provider sees its own', async () => {
    const { people } = await opened()
    const wish = {
      userName: 'Bob',
      externalId: 'x1',
      email: 'Bob@example.com',
      name: 'Bob',
      active: true,
      attributes: { title: 'Dr' },
    }
    const bob = await people.provisioned.saveUser('okta', wish, BY)
    expect(await people.provisioned.user('okta', 'user_key', 'bob')).toEqual(bob)
    expect(await people.provisioned.user('entra', 'user_id', bob.id)).toBeUndefined()
    expect(await refusal(people.provisioned.saveUser('okta', { ...wish, userName: 'BOB' }, BY))).toBe('conflict')
    expect(await refusal(people.provisioned.saveUser('okta', { ...wish, userName: 'bob2' }, BY))).toBe('conflict')
    const group = await people.provisioned.saveGroup(
      'okta',
      { displayName: 'Claims', externalId: undefined, members: [bob.id, bob.id] },
      BY,
    )
    expect(group.members).toEqual([{ id: bob.id, userName: 'Bob' }])
    expect(people.directory.person('bob@example.com')?.groups).toEqual(['Claims'])
    const renamed = { id: group.id, displayName: 'Appeals', externalId: 'g1', members: [bob.id] }
    await people.provisioned.saveGroup('okta', renamed, BY)
    expect(people.directory.person('bob@example.com')?.groups).toEqual(['Appeals'])
    await people.provisioned.saveUser('okta', { ...wish, id: bob.id, email: 'robert@example.com', active: false }, BY)
    expect(people.directory.person('bob@example.com')).toBeUndefined()
    expect(people.directory.person('robert@example.com')).toMatchObject({ status: 'disabled', groups: ['Appeals'] })
    expect((await people.provisioned.users('okta', { limit: 10 })).length).toBe(1)
    expect((await people.provisioned.groups('okta', { limit: 10, after: group.id })).length).toBe(0)
    await people.provisioned.removeGroup('okta', group.id, BY)
    expect(people.directory.person('robert@example.com')?.groups).toEqual([])
    await people.users.delete(bob.id, BY)
    expect(await people.provisioned.user('okta', 'user_id', bob.id)).toBeUndefined()
    // Provisioned anew, it is the same account, and nothing of before comes back.
    const again = await people.provisioned.saveUser(
      'okta',
      { ...wish, email: 'robert@example.com', attributes: {} },
      BY,
    )
    expect([again.id, again.active, again.groups]).toEqual([bob.id, true, []])
  })
})
