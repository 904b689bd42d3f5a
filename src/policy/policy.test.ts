import { afterAll, describe, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { administers } from '../governance/access/index.ts'
import { manualClock } from '../lib/clock.ts'
import { GatewayError } from '../lib/errors.ts'
import { createCatalog } from '../models/catalog/index.ts'
import { formatProblem, InvalidDocuments, readYaml } from '../platform/documents/index.ts'
import { type Database, openDatabase } from '../platform/storage/index.ts'
import { describeEngines } from '../platform/storage/testing.ts'
import { createPolicy, etagOf, type Intent, POLICY_MIGRATIONS, type Policy, type PolicyOptions } from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-policy-'))
const opened: Policy[] = []
afterAll(() => {
  for (const policy of opened) policy.stop()
  rmSync(folder, { recursive: true, force: true })
})
const CATALOG = createCatalog()
let made = 0

/** A policy over a database, with its own data directory unless one is given. */
function policyOver(database: Database | undefined, options: Partial<PolicyOptions> = {}): Policy {
  const policy = createPolicy({
    database,
    clock: manualClock(),
    dataDir: join(folder, `data-${++made}`),
    log: { info: () => undefined, warn: () => undefined },
    catalog: CATALOG,
    prefetch: async () => [],
    bootstrapKeySha256: 'a'.repeat(64),
    ...options,
  })
  opened.push(policy)
  return policy
}

async function memory(): Promise<Database> {
  const database = await openDatabase({ url: 'sqlite::memory:', clock: manualClock() })
  await database.migrate(POLICY_MIGRATIONS)
  return database
}

function intent(text: string, more: Partial<Intent> = {}): Intent {
  const sources = readYaml({ file: 'documents.yaml', text, owner: 'console' })
  return { party: 'console', sources, apiVersion: 'optional', ...more }
}
const ANN = { author: 'user:ann@example.com', reason: 'apply' }
const TEAMS =
  'kind: Team\nmetadata: {name: operations}\n---\nkind: Team\nmetadata: {name: claims}\nspec: {parent: operations}\n'

async function refusal(work: () => unknown): Promise<unknown> {
  try {
    await work()
  } catch (cause) {
    return cause
  }
  return undefined
}

describeEngines('policy', (open) => {
  const start = async (options: Partial<PolicyOptions> = {}) => {
    const database = await open(POLICY_MIGRATIONS)
    const policy = policyOver(database, options)
    await policy.start()
    return { database, policy }
  }

  test('a fresh start has a sandbox to call and a bootstrap app that may do everything', async () => {
    const { policy, database } = await start()
    const names = policy.documents().documents.map(({ kind, name, owner }) => `${owner} ${kind}/${name}`)
    expect(names).toEqual([
      'system App/bootstrap',
      'system Grant/bootstrap',
      'system Key/bootstrap',
      'system Model/sandbox',
      'system Provider/sandbox',
    ])
    expect(policy.status()).toMatchObject({ number: 1, startedFrom: 'nothing', faults: [] })
    const again = policyOver(database)
    expect(await again.start()).toEqual({ fresh: false })
    expect(again.status()).toMatchObject({ number: 1, startedFrom: 'database' })
  })

  test('applying the same documents twice changes nothing the second time', async () => {
    const { policy } = await start()
    expect(policy.plan(intent(TEAMS)).changes.map(({ action, name }) => `${action} ${name}`)).toEqual([
      'create claims',
      'create operations',
    ])
    const first = await policy.apply(intent(TEAMS), ANN)
    expect(first).toMatchObject({ number: 2, unchanged: 5 })
    const second = await policy.apply(intent(TEAMS), ANN)
    expect(second).toMatchObject({ number: 2, changes: [], unchanged: 7, revision: first.revision })
    expect(policy.plan(intent(TEAMS)).changes).toEqual([])
    expect((await policy.revisions({ limit: 10 })).map(({ number, author }) => [number, author])).toEqual([
      [2, ANN.author],
      [1, 'system'],
    ])
  })

  test('a plan names every field that changes, with its old and its new value', async () => {
    const { policy } = await start()
    await policy.apply(intent(TEAMS), ANN)
    const { changes } = policy.plan(intent('kind: Team\nmetadata: {name: claims, labels: {site: berlin}}\n'))
    expect(changes).toEqual([
      {
        action: 'change',
        kind: 'Team',
        name: 'claims',
        owner: 'console',
        fields: [
          { path: 'metadata.labels', after: { site: 'berlin' } },
          { path: 'spec.parent', before: 'operations' },
        ],
      },
    ])
  })

  test('a mistake anywhere changes nothing at all, and every problem is told', async () => {
    const { policy } = await start()
    const before = policy.holder.current()
    const cause = await refusal(() =>
      policy.apply(intent(`${TEAMS}---\nkind: App\nmetadata: {name: x}\nspec: {team: clams}\n---\nkind: Teem\n`), ANN),
    )
    expect(cause instanceof InvalidDocuments && cause.problems.map(formatProblem)).toEqual([
      'documents.yaml:10:14: there is no Team named clams. Did you mean claims?',
      'documents.yaml:12:7: there is no kind Teem. Did you mean Team?',
    ])
    expect(policy.holder.current()).toBe(before)
  })

  test('what another document refers to cannot be deleted', async () => {
    const { policy } = await start()
    await policy.apply(intent(TEAMS), ANN)
    const cause = await refusal(() => policy.deleteDocument({ kind: 'Team', name: 'operations', author: 'x' }))
    expect(String(cause)).toContain('there is no Team named operations')
    await policy.deleteDocument({ kind: 'Team', name: 'claims', author: 'x' })
    await policy.deleteDocument({ kind: 'Team', name: 'operations', author: 'x' })
    expect(policy.find('Team', 'operations')).toBeUndefined()
  })

  test('pruning deletes what the console owns and the documents do not hold, and nothing of the system', async () => {
    const { policy } = await start()
    await policy.apply(intent(TEAMS), ANN)
    const only = 'kind: Team\nmetadata: {name: operations}\n'
    const { changes } = await policy.apply(intent(only, { prune: true }), ANN)
    expect(changes.map(({ action, kind, name }) => `${action} ${kind}/${name}`)).toEqual(['delete Team/claims'])
    expect(policy.find('Model', 'sandbox')).toBeDefined()
  })

  test('who writes from an old state is refused: by revision, by entity tag, and when there is one already', async () => {
    const { policy } = await start()
    await policy.apply(intent(TEAMS), { ...ANN, ifRevision: '1' })
    const document = { kind: 'Team', metadata: { name: 'claims' }, spec: {} }
    const conflicts = [
      () => policy.apply(intent('kind: Team\nmetadata: {name: other}\n'), { ...ANN, ifRevision: '1' }),
      () => policy.putDocument({ document, author: 'x', ifMatch: '"stale"' }),
      () => policy.putDocument({ document, author: 'x', ifAbsent: true }),
      () => policy.deleteDocument({ kind: 'Team', name: 'claims', author: 'x', ifMatch: '"stale"' }),
    ]
    for (const attempt of conflicts) {
      const cause = await refusal(attempt)
      expect(cause instanceof GatewayError && cause.code).toBe('conflict')
    }
    const tag = etagOf(policy.find('Team', 'claims')?.written)
    expect(await policy.putDocument({ document, author: 'x', ifMatch: tag })).toMatchObject({ number: 3 })
  })

  test('of many changes at once each is one revision, over two processes too', async () => {
    const { policy, database } = await start()
    const other = policyOver(database)
    await other.start()
    const put = (on: Policy, name: string) =>
      on.putDocument({ document: { kind: 'Team', metadata: { name } }, author: 'x' })
    await Promise.all(Array.from({ length: 10 }, (_, at) => put(policy, `team-${at}`)))
    await put(other, 'team-10')
    await put(policy, 'team-11')
    expect(policy.documents().documents.filter(({ kind }) => kind === 'Team').length).toBe(12)
    const numbers = (await policy.revisions({ limit: 50 })).map(({ number }) => number)
    expect(numbers).toEqual(Array.from({ length: 13 }, (_, at) => 13 - at))
  })

  test('a bootstrap key that the operator gives lets in again, whatever was revoked before', async () => {
    const { policy, database } = await start()
    expect(
      await refusal(() => policy.deleteDocument({ kind: 'Key', name: 'bootstrap', author: ANN.author })),
    ).toMatchObject({ code: 'conflict', publicMessage: expect.stringContaining('nobody could administer') })
    const ann = "kind: Role\nmetadata: {name: owner}\nspec: {members: ['user:ann@example.com']}\n"
    await policy.apply(intent(ann), ANN)
    for (const kind of ['Key', 'Grant', 'App']) {
      await policy.deleteDocument({ kind, name: 'bootstrap', author: ANN.author })
    }
    const next = policyOver(database, { bootstrapKeySha256: 'b'.repeat(64), bootstrapKeyGiven: true })
    await next.start()
    const { identity, access } = next.holder.current()
    const caller = identity.keys.get('b'.repeat(64))?.caller
    expect(caller?.principal).toBe('app:bootstrap')
    expect(caller && administers(access, caller)).toBe(true)
  })

  test('a rollback brings the documents of an old revision back as a new one', async () => {
    const { policy } = await start()
    const before = policy.documents().revision
    await policy.apply(intent(TEAMS), ANN)
    expect(await policy.rollback(1, { author: 'x', reason: 'rollback to 1' })).toMatchObject({
      number: 3,
      revision: before,
    })
    expect(policy.find('Team', 'claims')).toBeUndefined()
    expect(await refusal(() => policy.rollback(9, ANN))).toMatchObject({ code: 'not_found' })
    expect(await policy.export(2)).toContain('name: claims')
  })
})

describe('publication', () => {
  test('whoever holds a snapshot keeps it whole while another is published', async () => {
    const policy = policyOver(await memory())
    await policy.start()
    const held = policy.holder.current()
    await policy.apply(intent(TEAMS), ANN)
    expect(held.documents.documents.length).toBe(5)
    expect(policy.holder.current()).not.toBe(held)
    expect(Object.isFrozen(held)).toBe(true)
  })

  test('what cannot be made ready is refused: nothing is written, and what counted goes on counting', async () => {
    let broken = false
    const prepare = async () => {
      if (broken) throw new Error('the budgets could not be read')
    }
    const policy = policyOver(await memory(), { prepare })
    await policy.start()
    broken = true
    expect(String(await refusal(() => policy.apply(intent(TEAMS), ANN)))).toContain('budgets could not be read')
    expect(policy.status().number).toBe(1)
    expect((await policy.revisions({ limit: 5 })).length).toBe(1)
    broken = false
    expect(await policy.apply(intent(TEAMS), ANN)).toMatchObject({ number: 2 })
  })

  test('before a snapshot counts its secrets are fetched, and those that fail are reported', async () => {
    const asked: string[] = []
    const prefetch = async (refs: readonly string[]) => {
      asked.push(...refs)
      return refs.map((ref) => new Error(`${ref} is not there`))
    }
    const policy = policyOver(await memory(), { prefetch })
    await policy.start()
    const provider = 'kind: Provider\nmetadata: {name: p}\nspec: {type: openai, credential: secret://env/SOME_KEY}\n'
    await policy.apply(intent(provider), ANN)
    expect(asked).toEqual(['secret://env/SOME_KEY'])
    expect(policy.status().faults).toMatchObject([{ source: 'secrets', message: 'secret://env/SOME_KEY is not there' }])
  })

  test('without its database the gate starts from the last good documents and refuses changes', async () => {
    const dataDir = join(folder, 'survivor')
    const before = policyOver(await memory(), { dataDir })
    await before.start()
    await before.apply(intent(TEAMS), ANN)
    const after = policyOver(undefined, { dataDir })
    await after.start()
    expect(after.status()).toMatchObject({ number: 2, startedFrom: 'last-good', revision: before.documents().revision })
    expect(await refusal(() => after.apply(intent(TEAMS), ANN))).toMatchObject({ code: 'not_ready' })
  })

  test('a data directory that cannot be written is reported and stops nothing', async () => {
    const dataDir = join(folder, 'blocked')
    writeFileSync(dataDir, 'a file where a directory should be')
    const policy = policyOver(await memory(), { dataDir })
    await policy.start()
    expect(policy.status().faults.map(({ source }) => source)).toEqual(['last-good'])
    expect(policy.holder.current().number).toBe(1)
  })
})

describe('the policy directory', () => {
  const setUp = async () => {
    const path = join(folder, `policy-${++made}`)
    mkdirSync(join(path, 'teams'), { recursive: true })
    const file = join(path, 'teams', 'all.yaml')
    writeFileSync(file, `apiVersion: gatehouse/v1\n${TEAMS}`)
    writeFileSync(join(path, 'claims.test.yaml'), 'kind: NotADocument\n')
    const database = await memory()
    const policy = policyOver(database, { policyPath: path })
    await policy.start()
    return { policy, path, file, database }
  }

  test('is applied at start; its documents belong to their files and nobody else may change them', async () => {
    const { policy, file } = await setUp()
    expect(policy.find('Team', 'claims')?.owner).toBe(`git:${file}`)
    const document = { kind: 'Team', metadata: { name: 'claims' }, spec: {} }
    const cause = await refusal(() => policy.putDocument({ document, author: 'x' }))
    expect(cause).toMatchObject({ code: 'conflict', publicMessage: expect.stringContaining(file) })
    expect(await refusal(() => policy.deleteDocument({ kind: 'Team', name: 'claims', author: 'x' }))).toMatchObject({
      code: 'conflict',
    })
    expect(await refusal(() => policy.rollback(1, { author: 'x', reason: 'r' }))).toMatchObject({
      code: 'conflict',
      publicMessage: expect.stringContaining('owned by Git'),
    })
  })

  test('an edit counts, a broken edit keeps what was good and is reported, and mending it clears the report', async () => {
    const { policy, file } = await setUp()
    writeFileSync(file, `apiVersion: gatehouse/v1\n${TEAMS.replace('name: operations', 'name: ops')}`)
    await policy.refresh()
    expect(policy.find('Team', 'claims')).toBeDefined()
    const [fault] = policy.status().faults
    expect(fault?.problems.map(formatProblem)).toEqual([
      `${file}:7:16: there is no Team named operations. Choose one of claims, ops.`,
    ])
    writeFileSync(file, 'apiVersion: gatehouse/v1\nkind: Team\nmetadata: {name: operations}\n')
    await policy.refresh()
    expect(policy.status().faults).toEqual([])
    expect(policy.find('Team', 'claims')).toBeUndefined()
  })

  test('an empty directory does not take all policy away', async () => {
    const { policy, file } = await setUp()
    rmSync(file)
    await policy.refresh()
    expect(policy.find('Team', 'claims')).toBeDefined()
    expect(policy.status().faults).toMatchObject([{ source: 'policy-files' }])
  })

  test('a document of the console that Git brings too becomes its own', async () => {
    const { policy, path } = await setUp()
    await policy.apply(intent('kind: App\nmetadata: {name: portal}\n'), ANN)
    writeFileSync(join(path, 'apps.yaml'), 'apiVersion: gatehouse/v1\nkind: App\nmetadata: {name: portal}\n')
    await policy.refresh()
    expect(policy.find('App', 'portal')?.owner).toBe(`git:${join(path, 'apps.yaml')}`)
  })
})

test('ten thousand documents are planned, compiled and published; the times are printed', async () => {
  const policy = policyOver(await memory())
  await policy.start()
  const text = Array.from(
    { length: 10_000 },
    (_, at) => `kind: App\nmetadata: {name: app-${at}}\nspec: {owner: 'user:ann@example.com'}\n`,
  ).join('---\n')
  const start = performance.now()
  const all = intent(text)
  const read = performance.now()
  await policy.apply(all, ANN)
  const applied = performance.now()
  await policy.putDocument({ document: { kind: 'Team', metadata: { name: 'one' } }, author: 'x' })
  const one = performance.now()
  console.log(
    `10,000 documents: read ${Math.round(read - start)} ms, applied ${Math.round(applied - read)} ms, one more ${Math.round(one - applied)} ms`,
  )
  expect(policy.documents().documents.length).toBe(10_006)
}, 30_000)
