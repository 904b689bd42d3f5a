import type { z } from 'zod'
import { type DecisionAnswer, type OperationAnswer, operationsQuery } from '../../contract/operations.ts'
import type { Ledger, OperationCursor, OperationFilter, OperationRecord } from '../../governance/usage/index.ts'
import { GatewayError } from '../../lib/errors.ts'
import { formatUsd } from '../../lib/money.ts'
import type { ControlReply, Route } from '../route-types.ts'
import { exportOperations } from './operations-export.ts'
import { readQuery } from './query.ts'

/** What these routes need. */
export interface OperationServices {
  readonly ledger: Ledger
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
    attempts: attempts.map(({ startedAt, cost: attemptCost, ...attempt }) => ({
      ...attempt,
      startedAt: new Date(startedAt).toISOString(),
      costUsd: formatUsd(attemptCost),
      costNanoUsd: attemptCost,
    })),
  }
}

function decisionAnswerOf(record: OperationRecord): DecisionAnswer {
  const { decision } = record
  return {
    id: record.decisionId,
    operationId: record.id,
    requestId: record.requestId,
    at: new Date(record.at).toISOString(),
    ...(record.principal !== undefined && { principal: record.principal }),
    ...(record.modelAsked !== undefined && { resource: `model:${record.modelAsked}` }),
    outcome: record.outcome,
    effect: decision.effect,
    rules: [...decision.rules],
    ...(decision.reason !== undefined && { reason: decision.reason }),
    revision: record.revision,
    verdicts: record.verdicts,
    ...(record.error && { error: record.error }),
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

async function listPage(ledger: Ledger, query: z.output<typeof operationsQuery>): Promise<ControlReply> {
  const { limit, cursor, format: _, ...filter } = query
  const after = cursor === undefined ? undefined : decodeCursor(cursor)
  const records = await ledger.list(filter satisfies OperationFilter, { limit: limit + 1, ...(after && { after }) })
  const page = records.slice(0, limit)
  const last = page.at(-1)
  const nextCursor = last && records.length > limit ? encodeCursor(last) : null
  return { status: 200, body: { items: page.map(operationAnswerOf), nextCursor } }
}

async function find(ledger: Ledger, by: 'id' | 'decision_id', value: string | undefined): Promise<OperationRecord> {
  const record = await ledger.find(by, value ?? '')
  if (record) return record
  throw new GatewayError('not_found', { message: `There is no record ${value ?? ''}.` })
}

/** `/api/v1/operations…` and `/api/v1/decisions/…`: the ledger, read. A node's readers see what it has just written. */
export const operationRoutes: readonly Route<OperationServices>[] = [
  {
    method: 'GET',
    path: '/api/v1/operations',
    permission: 'read',
    summary: 'Operations, newest first; with format=ndjson or csv all that match, as a file.',
    handle: async ({ query }, { ledger }) => {
      const wanted = readQuery(operationsQuery, query)
      await ledger.flush(OWN_WRITES_MS)
      return wanted.format === 'json' ? listPage(ledger, wanted) : exportOperations(ledger, wanted, operationAnswerOf)
    },
  },
  {
    method: 'GET',
    path: '/api/v1/operations/:id',
    permission: 'read',
    summary: 'One operation; captured content is shown to administrators only.',
    handle: async ({ params, caller }, { ledger }) => {
      await ledger.flush(OWN_WRITES_MS)
      const { content, ...answer } = operationAnswerOf(await find(ledger, 'id', params.id))
      return { status: 200, body: caller.administrator && content ? { ...answer, content } : answer }
    },
  },
  {
    method: 'GET',
    path: '/api/v1/decisions/:id',
    permission: 'read',
    summary: 'Why an operation was let in or refused, by the id in x-gatehouse-decision.',
    handle: async ({ params }, { ledger }) => {
      await ledger.flush(OWN_WRITES_MS)
      return { status: 200, body: decisionAnswerOf(await find(ledger, 'decision_id', params.id)) }
    },
  },
]
