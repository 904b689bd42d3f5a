import { afterAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { seededRandom } from '../../lib/random.ts'
import { loadMasterKeys, MASTER_KEY_FILE, type MasterKeySource, secret } from './index.ts'
import { createVault } from './vault.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-vault-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text)
  return `secret://file${join(folder, name)}`
}

const vaultOver = (environment: Record<string, string> = {}, entries = new Map<string, string>()) =>
  createVault({
    environment: (name) => environment[name],
    local: async (name) => entries.get(name),
    protectedDirectory: join(folder, 'data'),
  })

const problemOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'resolved',
    (error: Error) => error.message,
  )

describe('references', () => {
  test('environment, file and vault give their secret, without the line end of a file', async () => {
    const vault = vaultOver({ API_KEY: 'from-env' }, new Map([['openai/eu', 'from-vault']]))
    const refs = ['secret://env/API_KEY', file('key', 'from-file\n'), 'secret://vault/openai/eu']
    const secrets = await Promise.all(refs.map((ref) => vault.resolve(ref)))
    expect(secrets.map((found) => found.reveal())).toEqual(['from-env', 'from-file', 'from-vault'])
    expect(refs.map(vault.cached)).toEqual(['from-env', 'from-file', 'from-vault'])
  })

  const bad: readonly (readonly [string, RegExp])[] = [
    ['secret://env/MISSING', /not set/],
    ['secret://env/GATEHOUSE_MASTER_KEY', /own configuration/],
    ['secret://env/DATABASE_URL', /own configuration/],
    ['secret://env/a-b', /variable/],
    ['secret://file/does/not/exist', /ENOENT/],
    ['secret://file/dev/zero', /regular file/],
    ['secret://file/etc/../etc/passwd', /without "\.\."/],
    [`secret://file${folder}/data/master.key`, /own files/],
    [`secret://file${folder}/empty`, /empty/],
    [`secret://file${folder}/long`, /longer/],
    ['secret://vault/none', /no secret of that name/],
    ['secret://vault/a|b', /named with/],
    ['secret://hashicorp/kv/../x#key', /plain names/],
    ['secret://aws/x#a b', /plain names/],
    ['secret://env/VAULT_TOKEN', /own configuration/],
    ['secret://elsewhere/x', /a reference is/],
    ['sk-plain-text', /a reference is/],
  ]
  for (const [ref, problem] of bad) {
    test(`${ref.replace(folder, '')} is refused in words`, async () => {
      file('empty', '\n')
      file('long', 'x'.repeat(70_000))
      expect(await problemOf(vaultOver().resolve(ref))).toMatch(problem)
    })
  }

  test('a source that fails later leaves the secret it gave before, and prefetch names the failure', async () => {
    const environment: Record<string, string> = { A: 'one' }
    const vault = vaultOver(environment)
    expect(vault.cached('secret://env/A')).toBeUndefined()
    expect(await vault.prefetch(['secret://env/A', 'secret://env/A', 'secret://env/B'])).toMatchObject([
      { ref: 'secret://env/B' },
    ])
    delete environment.A
    expect((await vault.prefetch(['secret://env/A'])).length).toBe(1)
    expect((await vault.resolve('secret://env/A')).reveal()).toBe('one')
    vault.forget('secret://env/A')
    expect(vault.cached('secret://env/A')).toBeUndefined()
  })
})

async function masterKey(source: MasterKeySource) {
  return (await loadMasterKeys(source)).current
}

test('a secret does not print', () => {
  const hidden = secret('hunter2')
  const shown = [
    JSON.stringify({ hidden }),
    inspect({ hidden }, { depth: 9 }),
    `${hidden}`,
    Bun.inspect(hidden),
    String(hidden),
  ]
  expect(shown.join()).not.toContain('hunter2')
  expect(JSON.stringify({ hidden })).toBe('{"hidden":"[secret]"}')
})

describe('the master key', () => {
  const source = (dataDir: string, given?: string) => ({ given, dataDir, randomBytes: seededRandom(5).bytes })

  test('is made once with mode 0600 and found again', async () => {
    const dataDir = join(folder, 'fresh')
    const other = { ...source(dataDir), randomBytes: seededRandom(7).bytes }
    const [first, second] = await Promise.all([masterKey(source(dataDir)), masterKey(other)])
    expect(statSync(join(dataDir, MASTER_KEY_FILE)).mode & 0o777).toBe(0o600)
    const again = await masterKey({ ...source(dataDir), randomBytes: seededRandom(6).bytes })
    expect([first.equals(second), first.equals(again), readdirSync(dataDir).length]).toEqual([true, true, 1])
  })

  test('that is given wins and writes no file; one that is not 32 bytes is refused by name', async () => {
    const dataDir = join(folder, 'given')
    const hex = await masterKey(source(dataDir, 'ab'.repeat(32)))
    const base64 = await masterKey(source(dataDir, Buffer.from('ab'.repeat(32), 'hex').toString('base64')))
    expect(hex.equals(base64)).toBe(true)
    expect(() => statSync(dataDir)).toThrow()
    expect(await problemOf(masterKey(source(dataDir, 'short')))).toMatch(/^GATEHOUSE_MASTER_KEY must hold 32 bytes/)
  })

  test('that is prepared lies beside the current one until it is settled, also for another start', async () => {
    const dataDir = join(folder, 'rotated')
    const keys = await loadMasterKeys(source(dataDir))
    const next = await keys.prepare?.()
    const other = await loadMasterKeys(source(dataDir))
    expect(next && other.next && [other.current.equals(keys.current), other.next.key.equals(next.key)]).toEqual([
      true,
      true,
    ])
    await next?.settle()
    const after = await loadMasterKeys(source(dataDir))
    expect([next?.key.equals(after.current), after.next, readdirSync(dataDir).length]).toEqual([true, undefined, 1])
    const dropped = await after.prepare?.()
    await dropped?.drop()
    expect((await loadMasterKeys(source(dataDir))).next).toBeUndefined()
    expect((await loadMasterKeys(source(dataDir, 'ab'.repeat(32)))).prepare).toBeUndefined()
  })
})
