import { queryOptions } from '@tanstack/react-query'
import type { z } from 'zod'
import type { auditEntryAnswer } from '../../../src/contract/audit.ts'
import type { BudgetStateAnswer } from '../../../src/contract/budgets.ts'
import type { DocumentAnswer } from '../../../src/contract/documents.ts'
import type { ModelAnswer, ProviderAnswer } from '../../../src/contract/inventory.ts'
import type { keyAnswer } from '../../../src/contract/keys.ts'
import type { DecisionAnswer, OperationAnswer } from '../../../src/contract/operations.ts'
import type { FacetsAnswer, OverviewAnswer } from '../../../src/contract/overview.ts'
import type { openSessionAnswer, personalKeyAnswer, userAnswer } from '../../../src/contract/people.ts'
import type { AccessRequestAnswer } from '../../../src/contract/requests.ts'
import type { policyStatusAnswer, RevisionAnswer } from '../../../src/contract/revisions.ts'
import type { UsageRowAnswer } from '../../../src/contract/usage.ts'
import { ask, queryOf } from './client.ts'

/** A page of a list. */
export interface PageOf<Item> {
  readonly items: readonly Item[]
  readonly nextCursor: string | null
}
/** Parameters of a list. */
export type Params = Readonly<Record<string, string | number | undefined>>

/** One person. */
export type Person = z.infer<typeof userAnswer>
/** One virtual key. */
export type Key = z.infer<typeof keyAnswer>
/** One key of one's own. */
export type OwnKey = z.infer<typeof personalKeyAnswer>
/** One session of one's own. */
export type OpenSession = z.infer<typeof openSessionAnswer>
/** One entry of the audit log. */
export type AuditEntry = z.infer<typeof auditEntryAnswer>
/** How policy is on the node that answered. */
export type PolicyStatus = z.infer<typeof policyStatusAnswer>

const read = <Answer>(path: string, params: Params = {}, staleTime = 10_000) =>
  queryOptions({
    queryKey: [path, params],
    queryFn: ({ signal }) => ask<Answer>(path + queryOf(params), { signal }),
    staleTime,
  })

/** Reads of the control plane, each with what it answers. */
export const reads = Object.freeze({
  overview: (params: Params) => read<OverviewAnswer>('/api/v1/overview', params),
  usage: (params: Params) => read<PageOf<UsageRowAnswer>>('/api/v1/usage', params),
  budgets: () => read<PageOf<BudgetStateAnswer>>('/api/v1/budgets'),
  facets: (params: Params) => read<FacetsAnswer>('/api/v1/operations/facets', params, 60_000),
  operation: (id: string) => read<OperationAnswer>(`/api/v1/operations/${encodeURIComponent(id)}`),
  decision: (id: string) => read<DecisionAnswer>(`/api/v1/decisions/${encodeURIComponent(id)}`),
  models: () => read<PageOf<ModelAnswer>>('/api/v1/models'),
  providers: () => read<PageOf<ProviderAnswer>>('/api/v1/providers'),
  people: () => read<PageOf<Person>>('/api/v1/users', { limit: 500 }),
  keys: () => read<PageOf<Key>>('/api/v1/keys'),
  ownKeys: () => read<PageOf<OwnKey>>('/api/v1/me/keys'),
  ownSessions: () => read<PageOf<OpenSession>>('/api/v1/me/sessions'),
  accessRequests: (params: Params) => read<PageOf<AccessRequestAnswer>>('/api/v1/access/requests', params),
  documents: (params: Params) => read<PageOf<DocumentAnswer>>('/api/v1/documents', { limit: 1000, ...params }),
  revisions: () => read<PageOf<RevisionAnswer>>('/api/v1/revisions', { limit: 100 }),
  status: () => read<PolicyStatus>('/api/v1/policy/status'),
})

/** A page of operations. */
export function operationsPage(params: Params, signal?: AbortSignal): Promise<PageOf<OperationAnswer>> {
  return ask(`/api/v1/operations${queryOf(params)}`, { signal })
}

/** A page of the audit log. */
export function auditPage(params: Params, signal?: AbortSignal): Promise<PageOf<AuditEntry>> {
  return ask(`/api/v1/audit${queryOf(params)}`, { signal })
}
