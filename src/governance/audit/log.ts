import type { Clock } from '../../lib/clock.ts'
import { grown, leafHash } from '../../lib/merkle.ts'
import type { Tables } from '../../platform/storage/index.ts'
import { addEntries, type EntryRow, type LogHead, lockHead, toHex } from './audit.store.ts'
import { type AuditEntry, entryText } from './entry.ts'

/**
 * Appends entries to a log inside the transaction of what they tell of. Each entry holds the hash of the one before, and
 * is a leaf of the log's Merkle tree (RFC 6962). Call it last in the transaction: until it ends, other writers wait.
 */
export async function appendTo(
  tables: Tables,
  log: string,
  added: { readonly entries: readonly AuditEntry[]; readonly clock: Clock },
): Promise<LogHead> {
  let head = await lockHead(tables, log)
  if (added.entries.length === 0) return head
  const now = added.clock.now()
  const at = new Date(now).toISOString()
  const rows: EntryRow[] = []
  for (const entry of added.entries) {
    const sequence = head.tree.size + 1
    const text = entryText(entry, { log, sequence, at, previous: head.last })
    const { tree, completed } = grown(head.tree, leafHash(text))
    const nodes = completed.map(toHex).join('')
    rows.push({
      sequence,
      at: now,
      actor: entry.actor,
      action: entry.action,
      object: entry.object ?? null,
      request_id: entry.requestId ?? null,
      entry: text,
      nodes,
    })
    head = { tree, last: nodes.slice(0, 64) }
  }
  await addEntries(tables, log, { rows, head })
  return head
}
