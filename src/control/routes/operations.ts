import type { z } from 'zod'
import {
  decisionAnswer,
  type OperationAnswer,
  operationAnswer,
  operationsAnswer,
  operationsQuery,
} from '../../contract/operations.ts'
import type { Reach } from '../../governance/access/index.ts'
import type { Audit } from '../../governance/audit/index.ts'
import type { Ledger, OperationCursor, OperationFilter, OperationRecord } from '../../governance/usage/index.ts'
import { GatewayError } from '../../lib/errors.ts'
import { formatUsd } from '../../lib/money.ts'
import type { Policy } from '../../policy/index.ts'
import { attemptAnswers, decisionAnswerOf } from '../decision.ts'
import { ask } from '../document-permissions.ts'
import { isRecordWithin, withinReach } from '../ledger-reach.ts'
import type { ControlReply, Route } from '../route-types.ts'
import { exportOperations } from './operations-export.ts'
import { readQuery } from './query.ts'

/** What these routes need. */
export interface OperationServices {
  readonly ledger: Ledger
  readonly policy: Pick<Policy, 'documentsAt'>
  readonly audit: Pick<Audit, 'record'>
}

/** How long a reader waits for records of this node that are still on their way to the store. */
const OWN_WRITES_MS = 1_000

/** One operation as the API shows it: instants as RFC 3339, money as dollars and nano-dollars. */
export function operationAnswerOf(record: OperationRecord): OperationAnswer {
  const { cost, attempts, ...rest } = record
  return {
    ...rest,
    at: new Date(record.at).toISOString(),
    costUsd: formatUsd(cost),
    costNanoUsd: cost,
    attempts: attemptAnswers(attempts),
  }
}

const encodeCursor = ({ id }: OperationCursor) => Buffer.from(id).toString('base64url')

function decodeCursor(text: string): OperationCursor {
  const id = Buffer.from(text, 'base64url').toString()
  if (!/^op_[\w-]{1,128}$/.test(id)) {
    throw new GatewayError('invalid_request', { message: 'The cursor is not one of ours.', param: 'cursor' })
  }
  return { id }
}

async function listPage(
  ledger: Ledger,
  { limit, cursor, format: _, ...filter }: z.output<typeof operationsQuery> & Pick<OperationFilter, 'within'>,
): Promise<ControlReply> {
  const after = cursor === undefined ? undefined : decodeCursor(cursor)
  const records = await ledger.list(filter satisfies OperationFilter, { limit: limit + 1, ...(after && { after }) })
  const page = records.slice(0, limit)
  const last = page.at(-1)
  const nextCursor = last && records.length > limit ? encodeCursor(last) : null
  return { status: 200, body: { items: page.map(operationAnswerOf), nextCursor } }
}

interface Sought {
  readonly by: 'id' | 'decision_id'
  readonly value: string | undefined
  readonly reach: Reach
}

/** A record; one beyond the reach is not there. */
async function find(ledger: Ledger, { by, value, reach }: Sought): Promise<OperationRecord> {
  const record = await ledger.find(by, value ?? '')
  if (record && isRecordWithin(record, reach)) return record
  throw new GatewayError('not_found', { message: `There is no record ${value ?? ''}.` })
}

/** `/api/v1/operations…` and `/api/v1/decisions/…`: the ledger, read. A node's readers see what it has just written. */
export const operationRoutes: readonly Route<OperationServices>[] = [
  {
    method: 'GET',
    path: '/api/v1/operations',
    permission: 'operations:read',
    scoped: true,
    summary: 'Operations, newest first; with format=ndjson or csv all that match, as a file.',
    query: operationsQuery,
    answer: operationsAnswer,
    handle: async ({ query, reach, rights, origin }, { ledger, audit }) => {
      const wanted = { ...readQuery(operationsQuery, query), ...withinReach(reach) }
      if (wanted.format !== 'json') {
        ask(rights, 'operations:export')
        await audit.record({ ...origin, action: 'operations.export', facts: Object.fromEntries(query) })
      }
      await ledger.flush(OWN_WRITES_MS)
      return wanted.format === 'json' ? listPage(ledger, wanted) : exportOperations(ledger, wanted, operationAnswerOf)
    },
  },
  {
    method: 'GET',
    path: '/api/v1/operations/:id',
    permission: 'operations:read',
    scoped: true,
    summary: 'One operation; captured content needs the permission content:read.',
    answer: operationAnswer,
    handle: async ({ params, rights, reach, origin }, { ledger, audit }) => {
      await ledger.flush(OWN_WRITES_MS)
      const record = await find(ledger, { by: 'id', value: params.id, reach })
      const { content, ...answer } = operationAnswerOf(record)
      const contentReach = rights.reach('content:read')
      const reads = contentReach !== undefined && isRecordWithin(record, contentReach)
      if (!reads || !content) return { status: 200, body: answer }
      await audit.record({ ...origin, action: 'content.read', object: `operation:${record.id}` })
      return { status: 200, body: { ...answer, content } }
    },
  },
  {
    method: 'GET',
    path: '/api/v1/decisions/:id',
    permission: 'decisions:read',
    scoped: true,
    summary:
      'Everything that led to an answer, by the id in its x-gatehouse-decision: grants, revision, prices, attempts, findings.',
    answer: decisionAnswer,
    handle: async ({ params, reach }, { ledger, policy }) => {
      await ledger.flush(OWN_WRITES_MS)
      const record = await find(ledger, { by: 'decision_id', value: params.id, reach })
      return { status: 200, body: decisionAnswerOf(record, await policy.documentsAt(record.revision)) }
    },
  },
]
