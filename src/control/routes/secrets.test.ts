import { expect, test } from 'bun:test'
import { createSecretKey } from 'node:crypto'
import { auditMigrations, openAudit } from '../../governance/audit/index.ts'
import { manualClock } from '../../lib/clock.ts'
import { GatewayError } from '../../lib/errors.ts'
import { seededRandom } from '../../lib/random.ts'
import { documentSetOf } from '../../platform/documents/index.ts'
import { openDatabase } from '../../platform/storage/index.ts'
import {
  createVault,
  openLocalSecrets,
  secretBindings,
  secretsStore,
  VAULT_MIGRATIONS,
} from '../../platform/vault/index.ts'
import type { ControlReply, ControlRequest } from '../route-types.ts'
import { OWNER } from '../testing.ts'
import { secretRoutes } from './secrets.ts'

async function plane() {
  const clock = manualClock()
  const random = seededRandom(7)
  const database = await openDatabase({ url: 'sqlite::memory:', clock })
  await database.migrate([...VAULT_MIGRATIONS, ...auditMigrations])
  const audit = openAudit({ database, clock, seed: new Uint8Array(32) })
  const masterKeys = { current: createSecretKey(Buffer.alloc(32, 1)) }
  const local = await openLocalSecrets({ store: secretsStore(database), masterKeys, clock, randomBytes: random.bytes })
  const vault = createVault({ environment: () => undefined, local: local.get, protectedDirectory: '/nowhere' })
  const ask = (method: string, name: string | undefined, body?: unknown): Promise<ControlReply> => {
    const route = secretRoutes.find((one) => one.method === method)
    if (!route) throw new Error(`no route for ${method}`)
    const request: ControlRequest = {
      params: name === undefined ? {} : { name },
      query: new URLSearchParams(),
      body,
      headers: new Headers(),
      caller: { principal: 'app:bootstrap', teams: [], administrator: true },
      ...OWNER,
    }
    const bindings = secretBindings(local)
    const policy = { documents: () => documentSetOf([]) }
    const ledger = { usage: async () => [] }
    return route.handle(request, { vault: { ...vault, local, bindings }, audit, policy, ledger, clock })
  }
  return { ask, vault, audit }
}

test('a stored secret is used at once and listed by name alone', async () => {
  const { ask, vault } = await plane()
  const put = await ask('PUT', 'openai', { value: 'sk-first' })
  expect(put.body).toEqual({ name: 'openai', reference: 'secret://vault/openai' })
  expect(vault.cached('secret://vault/openai')).toBe('sk-first')
  const list = await ask('GET', undefined)
  expect(JSON.stringify(list.body)).toContain('secret://vault/openai')
  expect(JSON.stringify(list.body)).not.toContain('sk-first')
})

test('a replaced secret holds for the next call', async () => {
  const { ask, vault } = await plane()
  await ask('PUT', 'openai', { value: 'sk-first' })
  await ask('PUT', 'openai', { value: 'sk-second' })
  expect(vault.cached('secret://vault/openai')).toBe('sk-second')
})

test('a deleted secret is gone from memory too', async () => {
  const { ask, vault } = await plane()
  await ask('PUT', 'openai', { value: 'sk-first' })
  expect((await ask('DELETE', 'openai')).status).toBe(204)
  expect(vault.cached('secret://vault/openai')).toBeUndefined()
})

test('a name that could leave its place and a body without a value are refused, and nothing is stored', async () => {
  const { ask } = await plane()
  for (const [name, body] of [
    ['../etc', { value: 'x' }],
    ['', { value: 'x' }],
    ['fine', {}],
    ['fine', { value: '' }],
    ['fine', { value: 'x', extra: 1 }],
  ] as const) {
    const code = await ask('PUT', name, body).then(
      () => 'stored',
      (cause: unknown) => (cause instanceof GatewayError ? cause.code : String(cause)),
    )
    expect(code, `${name} ${JSON.stringify(body)}`).toBe('invalid_request')
  }
  expect((await ask('GET', undefined)).body).toEqual({ items: [], nextCursor: null })
})

test('who wrote and deleted a secret stands in the audit log, and the secret does not', async () => {
  const { ask, audit } = await plane()
  await ask('PUT', 'openai', { value: 'sk-first' })
  await ask('DELETE', 'openai')
  await ask('DELETE', 'openai')
  const rows = await audit.list({ filter: {}, limit: 10 })
  expect(rows.map(({ actor, action, object }) => [actor, action, object])).toEqual([
    ['app:bootstrap', 'secret.delete', 'secret:openai'],
    ['app:bootstrap', 'secret.write', 'secret:openai'],
  ])
  expect(JSON.stringify(rows)).not.toContain('sk-first')
})
