import { expect, test } from 'bun:test'
import { sql } from 'kysely'
import { insertMissing, type SqlValue } from './bulk.ts'
import { isDataError } from './data-error.ts'
import type { Migration } from './migrations.ts'
import { describeEngines } from './testing.ts'

interface Note {
  readonly id: string
  readonly at: number
  readonly cost: number
  readonly share: number | null
  readonly body: string | null
}
interface NoteTables {
  readonly notes: Note
}

const CREATE_NOTES =
  'create table notes (id text primary key, at bigint not null, cost bigint not null, share double precision, body text)'
const NOTES: Migration = { id: 'notes-001', up: [CREATE_NOTES, 'create index notes_at on notes (at)'] }
const note = (id: string, more: Partial<Note> = {}): Note => ({ id, at: 0, cost: 0, share: null, body: null, ...more })

describeEngines('storage', (open, engine) => {
  test('instants and money come back as exact numbers, also from sums', async () => {
    const database = await open([NOTES])
    const notes = database.tables<NoteTables>()
    const row = note('a', {
      at: 1_750_000_000_123,
      cost: 9_007_199_254_740_000,
      share: 0.25,
      body: '{"ä":"\u{1f600}"}',
    })
    await notes.insertInto('notes').values(row).execute()
    expect(await notes.selectFrom('notes').selectAll().executeTakeFirst()).toEqual(row)
    const sums = notes.selectFrom('notes').select((is) => [is.fn.sum<number>('cost').as('cost')])
    expect(await sums.executeTakeFirst()).toEqual({ cost: 9_007_199_254_740_000 })
  })

  test('buckets by integer division give the same start on both engines', async () => {
    const database = await open([NOTES])
    const notes = database.tables<NoteTables>()
    await notes
      .insertInto('notes')
      .values(note('a', { at: 1_750_000_000_123 }))
      .execute()
    const hour = sql.lit(3_600_000)
    const bucketed = notes.selectFrom('notes').select(sql<number>`at / ${hour} * ${hour}`.as('bucket'))
    expect(await bucketed.executeTakeFirst()).toEqual({ bucket: 1_749_999_600_000 })
  })

  test('a failed transaction leaves nothing behind and the database goes on', async () => {
    const database = await open([NOTES])
    const attempt = database.transaction(async (tables) => {
      await tables.tables<NoteTables>().insertInto('notes').values(note('a')).execute()
      throw new Error('no')
    })
    await expect(attempt).rejects.toThrow('no')
    expect(await database.tables<NoteTables>().selectFrom('notes').selectAll().execute()).toEqual([])
  })

  test('a transaction that is to last later is all or nothing too, and its successors last at once again', async () => {
    const database = await open([NOTES])
    const add = (id: string, fails: boolean) =>
      database.transaction(
        async (tables) => {
          await tables.tables<NoteTables>().insertInto('notes').values(note(id)).execute()
          if (fails) throw new Error('no')
        },
        { lasting: 'later' },
      )
    await expect(add('a', true)).rejects.toThrow('no')
    await Promise.all([add('b', false), add('c', false)])
    await database.persist()
    const rows = await database.tables<NoteTables>().selectFrom('notes').select('id').execute()
    expect(rows.map((row) => row.id).sort()).toEqual(['b', 'c'])
    if (engine !== 'sqlite') return
    const level = await sql<{ synchronous: number }>`pragma synchronous`.execute(database.kysely)
    expect(level.rows[0]?.synchronous).toBe(2)
  })

  test('statements sent while a transaction is open wait for it and then run', async () => {
    const database = await open([NOTES])
    const add = (id: string) =>
      database.transaction(async (tables) => {
        await tables.tables<NoteTables>().insertInto('notes').values(note(id)).execute()
      })
    const ids = Array.from({ length: 20 }, (_, index) => `n${index}`)
    await Promise.all(ids.map(add))
    const rows = await database.tables<NoteTables>().selectFrom('notes').select('id').execute()
    expect(rows.map((row) => row.id).sort()).toEqual(ids.sort())
  })

  test('a migration runs once, and a changed one is refused', async () => {
    const database = await open([NOTES])
    await database.migrate([NOTES, { id: 'notes-002', up: ['alter table notes add column extra text'] }])
    await database.migrate([NOTES])
    await expect(database.migrate([{ id: 'notes-001', up: ['select 1'] }])).rejects.toThrow('was changed after it ran')
    await expect(database.migrate([NOTES, NOTES])).rejects.toThrow('two migrations are called notes-001')
  })

  test('a migration that fails half-way leaves nothing, and the next start does it whole', async () => {
    const database = await open()
    const broken: Migration = { id: 'notes-001', up: [CREATE_NOTES, 'create nonsense'] }
    await expect(database.migrate([broken])).rejects.toThrow()
    await database.migrate([NOTES])
    await database.tables<NoteTables>().insertInto('notes').values(note('a')).execute()
  })

  test('two nodes that start at once migrate once', async () => {
    const database = await open()
    await Promise.all([database.migrate([NOTES]), database.migrate([NOTES])])
    expect(database.engine).toBe(engine)
  })

  test('a bulk insert tells the new keys from those there already, within one call and between calls', async () => {
    const database = await open([NOTES])
    const insert = (ids: readonly string[]) =>
      insertMissing(database, {
        table: 'notes',
        key: 'id',
        columns: ['id', 'at', 'cost', 'share', 'body'],
        rows: ids.map((id) => [id, 1, 2, null, "it's"]),
      })
    const many = Array.from({ length: 101 }, (_, index) => `n${index}`)
    expect(await insert(many)).toEqual(many.map(() => true))
    expect(await insert(['n5', 'new', 'new', 'n100'])).toEqual([false, true, false, false])
    expect(await insert([])).toEqual([])
  })

  test('a row with a value that a column cannot hold fails as bad data, and takes no other row with it', async () => {
    const database = await open([NOTES])
    const insert = (at: unknown) =>
      database.transaction((tables) =>
        insertMissing(tables, {
          table: 'notes',
          key: 'id',
          columns: ['id', 'at', 'cost'],
          rows: [['a', at as SqlValue, 2]],
        }),
      )
    const refused: unknown = await insert({ odd: true }).catch((cause) => cause)
    expect(refused).toBeInstanceOf(Error)
    expect(isDataError(refused)).toBe(true)
    expect(await insert(1)).toEqual([true])
  })
})
