export type { AccessRequestRow, RequestsWithin } from './access-requests.store.ts'
export { type AccessRequests, accessRequests } from './access-requests.ts'
export { APPROVALS_MIGRATIONS } from './approvals-migrations.ts'
