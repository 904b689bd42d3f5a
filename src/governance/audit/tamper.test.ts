import { afterAll, expect, test } from 'bun:test'
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { manualClock } from '../../lib/clock.ts'
import { grown, leafHash } from '../../lib/merkle.ts'
import type { Database } from '../../platform/storage/index.ts'
import { describeEngines } from '../../platform/storage/testing.ts'
import { type Anchoring, anchoring } from './anchoring.ts'
import { auditMigrations, type EntryRow, toHex } from './audit.store.ts'
import { type Audit, openAudit } from './audit.ts'
import { fileAnchor, readAnchorFile } from './file-anchor.ts'

const root = mkdtempSync(join(tmpdir(), 'gatehouse-audit-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const seed = new Uint8Array(32).fill(3)
const state = { made: 0 }

interface Tables {
  readonly audit_entries: EntryRow & { readonly log: string }
  readonly audit_heads: { readonly size: number; readonly last: string; readonly subtrees: string }
  readonly audit_checkpoints: {
    readonly size: number
    readonly at: number
    readonly note: string
    readonly log: string
  }
}

interface Kept {
  readonly audit: Audit
  readonly database: Database
  readonly anchors: Anchoring
  readonly file: string
  readonly sql: ReturnType<Database['tables']> extends never ? never : ReturnType<typeof sqlOf>
}
const sqlOf = (database: Database) => database.tables<Tables>()

describeEngines('what is done to the audit log in SQL', (open) => {
  /** Ten entries; a checkpoint after the fourth and the eighth, anchored in a file. */
  const prepared = async (): Promise<Kept> => {
    const database = await open(auditMigrations)
    const clock = manualClock()
    const audit = openAudit({ database, clock, seed })
    const file = join(root, `${++state.made}.ndjson`)
    const anchors = anchoring({ audit, clock, anchors: [fileAnchor(file)] })
    for (let index = 1; index <= 10; index++) {
      await audit.record({ actor: 'app:bootstrap', action: 'document.change', object: `Model/m${index}` })
      if (index % 4 === 0) await anchors.run()
    }
    return { audit, database, anchors, file, sql: sqlOf(database) }
  }
  const faultOf = async ({ audit, anchors }: Kept) => (await audit.verify(await anchors.marks())).fault
  const textOf = async ({ audit }: Kept, sequence: number) =>
    (await audit.read({ from: sequence, limit: 1 }))[0]?.entry ?? ''
  const set = (kept: Kept, sequence: number, values: Partial<EntryRow>) =>
    kept.sql.updateTable('audit_entries').set(values).where('sequence', '=', sequence).execute()

  test('nothing: all of it holds, with every mark', async () => {
    const kept = await prepared()
    expect(await kept.audit.verify(await kept.anchors.marks())).toEqual({
      log: 'default/audit',
      entries: 10,
      checkpoints: 4,
    })
  })

  test('an entry that is edited is named, also when its own hash was mended', async () => {
    for (const sequence of [1, 6, 10]) {
      const kept = await prepared()
      const entry = (await textOf(kept, sequence)).replace('app:bootstrap', 'user:mallory')
      await set(kept, sequence, { entry, actor: 'user:mallory' })
      expect(await faultOf(kept)).toMatchObject({ sequence })
      await set(kept, sequence, { nodes: Buffer.from(leafHash(entry)).toString('hex') })
      expect(await faultOf(kept)).toMatchObject({ sequence })
    }
  })

  test('a column that hides an entry from who looks for it is named', async () => {
    const hidden: readonly Partial<EntryRow>[] = [
      { actor: 'x' },
      { action: 'x' },
      { object: 'x' },
      { at: 5 },
      { nodes: 'ab' },
    ]
    for (const values of hidden) {
      const kept = await prepared()
      await set(kept, 7, values)
      expect(await faultOf(kept)).toMatchObject({ sequence: 7 })
    }
  })

  test('an entry that is deleted is named, also when the others move up', async () => {
    const kept = await prepared()
    await kept.sql.deleteFrom('audit_entries').where('sequence', '=', 3).execute()
    expect(await faultOf(kept)).toMatchObject({ sequence: 3, problem: 'missing: entry 4 stands in its place' })
    for (let from = 4; from <= 10; from++) await set(kept, from, { sequence: from - 1 })
    expect(await faultOf(kept)).toMatchObject({ sequence: 3 })
  })

  test('entries that change places are named', async () => {
    const kept = await prepared()
    const [five, six] = await kept.audit.read({ from: 5, limit: 2 })
    await set(kept, 5, { entry: six?.entry ?? '', nodes: six?.nodes ?? '', object: six?.object ?? '' })
    await set(kept, 6, { entry: five?.entry ?? '', nodes: five?.nodes ?? '', object: five?.object ?? '' })
    expect(await faultOf(kept)).toMatchObject({ sequence: 5 })
  })

  test('an end that is cut off is named', async () => {
    const kept = await prepared()
    await kept.sql.deleteFrom('audit_entries').where('sequence', '>', 9).execute()
    expect(await faultOf(kept)).toMatchObject({ sequence: 10 })
  })

  test('an entry that is added beside the log is named', async () => {
    const kept = await prepared()
    const [row] = await kept.audit.read({ from: 10, limit: 1 })
    if (row)
      await kept.sql
        .insertInto('audit_entries')
        .values({ ...row, log: 'default/audit', sequence: 11 })
        .execute()
    expect(await faultOf(kept)).toMatchObject({ sequence: 11 })
  })

  /** What an attacker with the database alone can do: write the whole log anew, as if it had always been so. */
  const forge = async (kept: Kept, forged: (text: string, sequence: number) => string, upTo: number) => {
    const rows = await kept.audit.read({ from: 1, limit: 100 })
    let tree = { size: 0, subtrees: [] as readonly Uint8Array[] }
    let previous = ''
    for (const row of rows.slice(0, upTo)) {
      const entry = JSON.parse(forged(row.entry, row.sequence)) as object
      const text = JSON.stringify({ ...entry, previous }, Object.keys({ ...entry, previous }).sort())
      const next = grown(tree, leafHash(text))
      tree = next.tree
      const nodes = next.completed.map(toHex).join('')
      previous = nodes.slice(0, 64)
      const { actor, object = null } = JSON.parse(text) as EntryRow
      await set(kept, row.sequence, { entry: text, nodes, actor, object })
    }
    await kept.sql.deleteFrom('audit_entries').where('sequence', '>', upTo).execute()
    const head = { size: upTo, last: previous, subtrees: tree.subtrees.map(toHex).join('') }
    await kept.sql.updateTable('audit_heads').set(head).execute()
  }
  const blame = (text: string, sequence: number) =>
    sequence === 6 ? text.replace('app:bootstrap', 'user:mallory') : text

  test('a log that is written anew, hashes and all, fails the signed checkpoint: the span is named', async () => {
    const kept = await prepared()
    await forge(kept, blame, 10)
    expect((await kept.audit.verify()).fault).toEqual({
      sequence: 5,
      to: 8,
      problem: 'changed after the checkpoint of 8 entries was signed (kept in the database)',
    })
  })

  test('with its checkpoints gone too, the anchor names the very entry, and the running gateway notices by itself', async () => {
    const kept = await prepared()
    await forge(kept, blame, 10)
    await kept.sql.deleteFrom('audit_checkpoints').execute()
    expect((await kept.audit.verify()).fault).toBeUndefined()
    expect(await faultOf(kept)).toEqual({ sequence: 6, problem: 'edited: it has not the hash that was anchored' })
    await kept.anchors.run()
    expect(kept.anchors.status().broken).toBe('entries up to 8 are not those that were signed')
  })

  test('a log that is rolled back, with its head and checkpoints, is named by the anchor and noticed after a restart', async () => {
    const kept = await prepared()
    await forge(kept, (text) => text, 7)
    await kept.sql.deleteFrom('audit_checkpoints').where('size', '>', 7).execute()
    expect((await kept.audit.verify()).fault).toBeUndefined()
    expect(await faultOf(kept)).toMatchObject({ sequence: 8 })
    const told: string[] = []
    const again = anchoring({
      audit: kept.audit,
      clock: manualClock(),
      anchors: [fileAnchor(kept.file)],
      onBroken: (problem) => told.push(problem),
    })
    await again.run()
    await again.run()
    expect(told).toEqual(['entries up to 8 were signed, and not all of them are there'])
  })

  test('a checkpoint by another key counts for nothing', async () => {
    const kept = await prepared()
    await forge(kept, blame, 10)
    await kept.sql.deleteFrom('audit_checkpoints').execute()
    const forger = openAudit({ database: kept.database, clock: manualClock(), seed: new Uint8Array(32).fill(9) })
    await forger.checkpoint()
    expect((await kept.audit.verify()).fault?.problem).toContain("not signed by this log's key")
  })

  test('a checkpoint that was moved to another size is named', async () => {
    const kept = await prepared()
    await kept.sql.updateTable('audit_checkpoints').set({ size: 9 }).where('size', '=', 8).execute()
    expect((await kept.audit.verify()).fault).toMatchObject({ to: 9 })
  })

  test('an anchor that fails is tried again, with what came meanwhile, and loses nothing', async () => {
    const kept = await prepared()
    const delivered: number[] = []
    const failing = { is: true }
    const anchors = anchoring({
      audit: kept.audit,
      clock: manualClock(),
      anchors: [
        {
          name: 'flaky',
          mostHashes: 3,
          marks: async () => [],
          deliver: async ({ hashes }) => {
            if (failing.is) throw new Error('away')
            delivered.push(hashes.length)
          },
        },
      ],
    })
    await anchors.run()
    expect(anchors.status().anchors).toEqual([{ name: 'flaky', size: 0, failures: 1, lastError: 'away' }])
    failing.is = false
    await anchors.stop()
    expect(delivered).toEqual([3, 3, 3, 1])
    expect(anchors.status().anchors).toEqual([{ name: 'flaky', size: 10, failures: 0 }])
  })

  test("an anchor's file goes on behind a torn line", async () => {
    const kept = await prepared()
    appendFileSync(kept.file, '{"log":"default/audit","size":')
    appendFileSync(kept.file, '\n')
    await kept.anchors.stop()
    expect((await readAnchorFile(kept.file, 'default/audit')).map(({ size }) => size)).toEqual([4, 8, 10])
    expect(readFileSync(kept.file, 'utf8').trimEnd().split('\n')).toHaveLength(4)
    expect(await readAnchorFile(join(root, 'none'), 'default/audit')).toEqual([])
  })
})
