import { expect, test } from 'bun:test'
import { manualClock } from '../../lib/clock.ts'
import { seededRandom, systemRandom } from '../../lib/random.ts'
import type { Database } from '../storage/index.ts'
import { describeEngines } from '../storage/testing.ts'
import { secretBindings } from './bindings.ts'
import { aesKey, seal, unseal } from './envelope.ts'
import { openLocalSecrets } from './local-secrets.ts'
import type { MasterKeys } from './master-key.ts'
import { type SecretsStore, secretsStore, VAULT_MIGRATIONS } from './secrets.store.ts'

const key = (fill: number) => aesKey(new Uint8Array(32).fill(fill))
interface Made extends SecretsStore {
  readonly database: Database
}
const place = { org: 'o', kind: 'secret', id: 'a', field: 'text' }

test('a seal opens with its key at its place, and nowhere else', () => {
  const sealed = seal({ key: key(1), randomBytes: systemRandom.bytes }, Buffer.from('hunter2'), place)
  const opened = unseal(key(1), sealed, place)
  expect(opened && Buffer.from(opened).toString()).toBe('hunter2')
  expect(unseal(key(2), sealed, place)).toBeUndefined()
  for (const field of ['org', 'kind', 'id', 'field'] as const) {
    expect(unseal(key(1), sealed, { ...place, [field]: 'other' })).toBeUndefined()
  }
  expect(unseal(key(1), `${sealed.slice(0, -2)}AA`, place)).toBeUndefined()
  for (const broken of ['', 'v1.', 'v1.AAAA', 'v2.x', sealed.slice(3)])
    expect(unseal(key(1), broken, place)).toBeUndefined()
})

test('the same text is never sealed twice alike, and a place without "|" alone is taken', () => {
  const sealer = { key: key(1), randomBytes: seededRandom(1).bytes }
  expect(seal(sealer, Buffer.from('x'), place)).not.toBe(seal(sealer, Buffer.from('x'), place))
  expect(() => seal(sealer, Buffer.from('x'), { ...place, id: 'a|b' })).toThrow(RangeError)
})

describeEngines('the local vault', (open) => {
  const made = async (): Promise<Made> => {
    const database = await open(VAULT_MIGRATIONS)
    return { ...secretsStore(database), database }
  }
  const opened = async (fill = 1, given?: Made, more: Partial<MasterKeys> = {}) => {
    const store = given ?? (await made())
    const clock = manualClock()
    const local = await openLocalSecrets({
      store,
      masterKeys: { current: key(fill), ...more },
      clock,
      randomBytes: systemRandom.bytes,
    })
    return { store, local, clock }
  }

  test('a secret is put, replaced, listed by name and deleted', async () => {
    const { local, clock } = await opened()
    await local.put('openai-eu', 'one')
    await local.put('openai-eu', 'zwei 🗝')
    expect(await local.get('openai-eu')).toBe('zwei 🗝')
    expect(await local.list()).toEqual([{ name: 'openai-eu', updatedAt: clock.now() }])
    await local.delete('openai-eu')
    expect(await local.get('openai-eu')).toBeUndefined()
    await expect(Promise.resolve().then(() => local.put('a|b', 'x'))).rejects.toThrow(RangeError)
  })

  test('the table holds no readable secret, and a second node opens what the first put', async () => {
    const { store, local } = await opened()
    await local.put('a', 'hunter2')
    const rows = await store.list('default', 'secret')
    expect(rows.map((row) => row.id)).toEqual(['a'])
    expect(JSON.stringify(rows)).not.toContain('hunter2')
    const second = await opened(1, store)
    expect(await second.local.get('a')).toBe('hunter2')
  })

  test('a row copied over another does not open', async () => {
    const { store, local } = await opened()
    await local.put('a', 'of a')
    await local.put('b', 'of b')
    const [rowOfA] = await store.list('default', 'secret')
    if (rowOfA) await store.put({ ...rowOfA, id: 'b' })
    await expect(local.get('b')).rejects.toThrow('does not open')
  })

  test('a wrong master key stops the start with one sentence and overwrites nothing', async () => {
    const { store, local } = await opened(1)
    await local.put('a', 'hunter2')
    const kinds = ['canary', 'data-key', 'secret']
    const before = await Promise.all(kinds.map((kind) => store.list('default', kind)))
    await expect(opened(2, store)).rejects.toThrow('The master key is not the one')
    expect(await Promise.all(kinds.map((kind) => store.list('default', kind)))).toEqual(before)
    expect(await (await opened(1, store)).local.get('a')).toBe('hunter2')
  })

  const prepared = (fill: number) => {
    const said: string[] = []
    const prepare = async () => ({
      key: key(fill),
      settle: async () => void said.push('settled'),
      drop: async () => void said.push('dropped'),
    })
    return { said, prepare }
  }

  test('after a rotation only the new master key opens the vault, and the gateway goes on without a pause', async () => {
    const { said, prepare } = prepared(2)
    const { store, local } = await opened(1, undefined, { prepare })
    await local.put('a', 'hunter2')
    await local.rotate()
    expect(said).toEqual(['settled'])
    expect(await local.get('a')).toBe('hunter2')
    expect(await (await opened(2, store)).local.get('a')).toBe('hunter2')
    await expect(opened(1, store)).rejects.toThrow('The master key is not the one')
  })

  test('a rotation that fails leaves the old master key in force', async () => {
    const { said, prepare } = prepared(2)
    const { store, local } = await opened(1, undefined, { prepare })
    await local.put('a', 'hunter2')
    await expect(local.rotate(() => Promise.reject(new Error('no audit')))).rejects.toThrow('no audit')
    expect(said).toEqual(['dropped'])
    expect(await (await opened(1, store)).local.get('a')).toBe('hunter2')
  })

  test('a rotation that was interrupted is finished by the next start, whichever key the vault is sealed with', async () => {
    const before = await opened(1)
    await before.local.put('a', 'hunter2')
    const unused = prepared(2)
    await opened(1, before.store, { next: await unused.prepare() })
    expect(unused.said).toEqual(['dropped'])
    const { said, prepare } = prepared(2)
    await (await opened(1, before.store, { prepare })).local.rotate()
    expect(await (await opened(1, before.store, { next: await prepare() })).local.get('a')).toBe('hunter2')
    expect(said).toEqual(['settled', 'settled'])
  })

  test('a master key that the operator replaces is brought in by a start that is given the one before', async () => {
    const { store, local } = await opened(1)
    await local.put('a', 'hunter2')
    await expect(local.rotate()).rejects.toThrow(RangeError)
    expect(await (await opened(2, store, { previous: key(1) })).local.get('a')).toBe('hunter2')
    expect(await (await opened(2, store)).local.get('a')).toBe('hunter2')
    await expect(opened(3, store, { previous: key(1) })).rejects.toThrow('The master key is not the one')
  })

  test('a secret is bound to the hosts of its first use; others are foreign, also to a process that starts later', async () => {
    const { store, local } = await opened()
    const database = store.database
    const bindings = secretBindings(local)
    const use = { ref: 'secret://env/OPENAI_API_KEY', host: 'api.openai.com' }
    expect(bindings.foreign([use])).toEqual([])
    expect(await database.transaction((tables) => bindings.bind(tables, [use]))).toEqual([use])
    expect(await database.transaction((tables) => bindings.bind(tables, [use]))).toEqual([])
    const elsewhere = { ...use, host: 'evil.example' }
    expect(bindings.foreign([use, elsewhere])).toEqual([elsewhere])
    const later = secretBindings((await opened(1, store)).local)
    await later.load()
    expect(later.foreign([use, elsewhere])).toEqual([elsewhere])
    await database.transaction((tables) => bindings.release(tables, use.ref, ['evil.example']))
    expect(bindings.foreign([use, elsewhere])).toEqual([use])
  })
})
