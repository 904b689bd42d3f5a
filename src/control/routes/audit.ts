import {
  auditAnswer,
  auditQuery,
  auditVerdictAnswer,
  consistencyQuery,
  inclusionAnswer,
  inclusionQuery,
  logQuery,
  proofAnswer,
} from '../../contract/audit.ts'
import type { Audit, EntryRow } from '../../governance/audit/index.ts'
import type { LedgerVerdict } from '../../governance/usage/index.ts'
import type { ControlReply, Route } from '../route-types.ts'
import { readQuery } from './query.ts'

/** What these routes need. */
export interface AuditServices {
  readonly audit: Audit
  /** The log of the ledger's seals. */
  readonly seals: Audit
  readonly verifyLedger: () => Promise<LedgerVerdict>
}

function logOf({ audit, seals }: AuditServices, log: 'audit' | 'ledger'): Audit {
  return log === 'audit' ? audit : seals
}

const PAGE = 1_000
const HASH_DIGITS = 64

function answerOf(row: EntryRow): object {
  return { ...(JSON.parse(row.entry) as object), hash: row.nodes.slice(0, HASH_DIGITS) }
}

/**
 * The log whole, for a verifier that needs nothing else: a line that says what it is, each entry's text as a line of its
 * own, and a line with the checkpoint at the end.
 */
export function exportLog({ log, verifier, read, checkpoint }: Audit): ControlReply {
  const encoder = new TextEncoder()
  let next = 1
  let size = 0
  let note = ''
  const body = new ReadableStream<Uint8Array>({
    start: async (controller) => {
      const signed = await checkpoint()
      size = signed.size
      note = signed.note
      controller.enqueue(encoder.encode(`${JSON.stringify({ export: 'gatehouse-audit/1', log, verifier, size })}\n`))
    },
    pull: async (controller) => {
      const rows = next > size ? [] : await read({ from: next, limit: Math.min(PAGE, size - next + 1) })
      next = (rows.at(-1)?.sequence ?? size) + 1
      if (rows.length > 0) controller.enqueue(encoder.encode(rows.map((row) => `${row.entry}\n`).join('')))
      if (next <= size) return
      controller.enqueue(encoder.encode(`${JSON.stringify({ checkpoint: note })}\n`))
      controller.close()
    },
  })
  const headers = {
    'content-type': 'application/x-ndjson',
    'content-disposition': 'attachment; filename="audit.ndjson"',
  }
  return { status: 200, body, headers }
}

/** `/api/v1/audit…`: what was done to the gateway, and the proofs that nothing of it was changed. */
export const auditRoutes: readonly Route<AuditServices>[] = [
  {
    method: 'GET',
    path: '/api/v1/audit',
    permission: 'audit:read',
    summary: 'What was done to the gateway, by whom and why, newest first.',
    query: auditQuery,
    answer: auditAnswer,
    handle: async ({ query }, { audit }) => {
      const { limit, cursor, ...filter } = readQuery(auditQuery, query)
      const rows = await audit.list({ filter, limit: limit + 1, before: cursor })
      const page = rows.slice(0, limit)
      const nextCursor = rows.length > limit ? String(page.at(-1)?.sequence) : null
      return { status: 200, body: { items: page.map(answerOf), nextCursor } }
    },
  },
  {
    method: 'GET',
    path: '/api/v1/audit/checkpoint',
    permission: 'audit:read',
    summary: 'The signed checkpoint of the log as it is now (C2SP tlog-checkpoint).',
    answer: 'text/plain',
    query: logQuery,
    handle: async ({ query }, services) => {
      const { checkpoint, verifier } = logOf(services, readQuery(logQuery, query).log)
      const { note } = await checkpoint()
      return { status: 200, body: note, headers: { 'x-gatehouse-audit-verifier': verifier } }
    },
  },
  {
    method: 'GET',
    path: '/api/v1/audit/inclusion',
    permission: 'audit:read',
    summary: 'The proof that an entry is in the log (RFC 6962).',
    query: inclusionQuery,
    answer: inclusionAnswer,
    handle: async ({ query }, services) => {
      const { sequence, size, log } = readQuery(inclusionQuery, query)
      return { status: 200, body: await logOf(services, log).inclusion(sequence, size) }
    },
  },
  {
    method: 'GET',
    path: '/api/v1/audit/consistency',
    permission: 'audit:read',
    summary: 'The proof that the log begins with an earlier one (RFC 6962).',
    query: consistencyQuery,
    answer: proofAnswer,
    handle: async ({ query }, services) => {
      const { from, size, log } = readQuery(consistencyQuery, query)
      return { status: 200, body: await logOf(services, log).consistency(from, size) }
    },
  },
  {
    method: 'GET',
    path: '/api/v1/audit/verify',
    permission: 'audit:read',
    summary: 'Reads the whole log again (log=ledger: every operation) and names the first that is not what it was.',
    answer: auditVerdictAnswer,
    query: logQuery,
    handle: async ({ query }, { audit, verifyLedger }) => {
      const { log } = readQuery(logQuery, query)
      return { status: 200, body: log === 'audit' ? await audit.verify() : await verifyLedger() }
    },
  },
  {
    method: 'GET',
    path: '/api/v1/audit/export',
    permission: 'audit:export',
    summary: 'The whole log as a file that can be verified without the gateway.',
    answer: 'application/x-ndjson',
    audited: 'audit.export',
    query: logQuery,
    handle: async ({ query }, services) => exportLog(logOf(services, readQuery(logQuery, query).log)),
  },
]
