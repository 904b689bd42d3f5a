import { expect, test } from 'bun:test'
import { manualClock } from '../../lib/clock.ts'
import { canonicalJson } from '../../lib/crypto.ts'
import { provesConsistency, provesInclusion } from '../../lib/merkle.ts'
import type { Database } from '../../platform/storage/index.ts'
import { describeEngines } from '../../platform/storage/testing.ts'
import { auditMigrations } from './audit.store.ts'
import { type Audit, openAudit } from './audit.ts'
import { openCheckpoint } from './checkpoint.ts'
import { type AuditEntry, entryText } from './entry.ts'

const seed = new Uint8Array(32).fill(3)
const bytes = (text: string) => Buffer.from(text, 'hex')

describeEngines('the audit log', (open) => {
  const opened = async (count = 0): Promise<{ audit: Audit; database: Database }> => {
    const database = await open(auditMigrations)
    const audit = openAudit({ database, clock: manualClock(), seed })
    for (let index = 1; index <= count; index++) {
      await audit.record({ actor: 'user:ann@example.com', action: 'document.change', object: `Model/m${index}` })
    }
    return { audit, database }
  }

  test('an entry is kept with the change it tells of, or neither is', async () => {
    const { audit, database } = await opened(1)
    const failing = database.transaction(async (tables) => {
      await audit.append(tables, { actor: 'system', action: 'x' })
      throw new Error('the change fails')
    })
    await expect(failing).rejects.toThrow('the change fails')
    await audit.record({ actor: 'system', action: 'y' })
    const rows = await audit.list({ filter: {}, limit: 10 })
    expect(rows.map(({ sequence, action }) => [sequence, action])).toEqual([
      [2, 'y'],
      [1, 'document.change'],
    ])
  })

  test('writers at the same time leave no gap and no fork', async () => {
    const { audit } = await opened()
    const other = Array.from({ length: 40 }, (_, index) => audit.record({ actor: `app:a${index}`, action: 'x' }))
    await Promise.all(other)
    const rows = await audit.read({ from: 1, limit: 100 })
    expect(rows.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1))
    expect(await audit.verify()).toEqual({ log: 'default/audit', entries: 40, checkpoints: 0 })
  })

  test('many entries of one transaction stand in their order', async () => {
    const { audit } = await opened()
    await audit.record(...Array.from({ length: 257 }, (_, index) => ({ actor: 'system', action: `a${index}` })))
    expect((await audit.list({ filter: { action: 'a256' }, limit: 2 })).map(({ sequence }) => sequence)).toEqual([257])
    expect(await audit.verify()).toMatchObject({ entries: 257 })
  })

  test('entries are found by who, what, on what, when, and by the request', async () => {
    const { audit } = await opened(3)
    await audit.record({ actor: 'app:x', action: 'secret.write', object: 'secret:a', requestId: 'req_1' })
    const found = async (filter: object) => (await audit.list({ filter, limit: 10 })).map(({ sequence }) => sequence)
    expect(await found({ actor: 'app:x' })).toEqual([4])
    expect(await found({ action: 'secret.*' })).toEqual([4])
    expect(await found({ action: 'document.change' })).toEqual([3, 2, 1])
    expect(await found({ object: 'Model/m2' })).toEqual([2])
    expect(await found({ requestId: 'req_1' })).toEqual([4])
    expect(await found({ from: 1, to: 2 })).toEqual([])
  })

  test('proofs lead from any entry, and from any earlier log, to the signed checkpoint', async () => {
    const { audit } = await opened(11)
    const head = openCheckpoint((await audit.checkpoint()).note, audit.verifier)
    if (!head) throw new Error('the checkpoint does not open')
    expect(head.size).toBe(11)
    for (const sequence of [1, 4, 8, 11]) {
      const { leaf, path } = await audit.inclusion(sequence)
      const proof = { leaf: bytes(leaf), index: sequence - 1, size: 11, path: path.map(bytes) }
      expect(provesInclusion(proof, head.root)).toBe(true)
    }
    for (const earlier of [1, 5, 8, 11]) {
      const { root } = await audit.inclusion(1, earlier)
      const { path } = await audit.consistency(earlier)
      expect(provesConsistency({ size: earlier, root: bytes(root) }, head, path.map(bytes))).toBe(true)
    }
    await expect(audit.inclusion(12)).rejects.toMatchObject({ code: 'not_found' })
    await expect(audit.consistency(0)).rejects.toMatchObject({ code: 'not_found' })
  })

  test('a checkpoint is signed once for each size', async () => {
    const { audit } = await opened(2)
    const first = await audit.checkpoint()
    expect(await audit.checkpoint()).toEqual(first)
    await audit.record({ actor: 'system', action: 'x' })
    expect((await audit.checkpoint()).size).toBe(3)
  })
})

test('the text of an entry is canonical JSON', () => {
  const place = { log: 'l', sequence: 7, at: '2026-01-01T00:00:00.000Z', previous: 'ab' }
  const whole: AuditEntry = {
    actor: 'user:ä"\n',
    onBehalfOf: 'b',
    requestId: 'r',
    address: 'x',
    action: 'a',
    object: 'o',
    before: '1',
    after: '2',
    fields: [{ path: 'z', before: { b: 1, a: 2 } }],
    reason: 'because',
    revision: 3,
    facts: { z: 1, a: [true, null] },
  }
  const few = { actor: 'a', action: 'b' }
  for (const entry of [whole, few]) expect(entryText(entry, place)).toBe(canonicalJson({ ...entry, ...place, v: 1 }))
})

test('a long text is cut and a long difference left out, so that an entry stays small', () => {
  const place = { log: 'l', sequence: 1, at: '', previous: '' }
  const fields = Array.from({ length: 500 }, (_, index) => ({ path: `p${index}`, before: 'x'.repeat(100) }))
  const text = entryText({ actor: 'a'.repeat(9_999), action: 'x', fields, facts: { f: 'x'.repeat(99_999) } }, place)
  expect(text.length).toBeLessThan(3_000)
  expect(text).toContain('… 500 fields')
})
