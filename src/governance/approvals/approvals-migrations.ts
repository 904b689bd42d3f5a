import type { Migration } from '../../platform/storage/index.ts'

/** The tables of requests for access and of reviews of access. */
export const APPROVALS_MIGRATIONS: readonly Migration[] = [
  {
    id: 'approvals-001',
    up: [
      `create table access_requests (id text primary key, requester text not null, principal text not null, team text,
        action text not null, resource text not null, reason text not null, days bigint not null, state text not null,
        decided_by text, decided_at bigint, note text, grant_name text, grant_ends bigint)`,
      'create index access_requests_requester on access_requests (requester, id)',
      'create index access_requests_state on access_requests (state, id)',
      // One that waits a principal, action and resource: asking twice at once must not make two.
      `create unique index access_requests_waiting on access_requests (principal, action, resource) where state = 'pending'`,
    ],
  },
  {
    id: 'approvals-002',
    up: [
      `create table access_reviews (id text primary key, name text not null, team text, opened_by text not null,
        due_at bigint, state text not null, closed_by text, closed_at bigint, revision bigint, note text)`,
      `create table access_review_items (review text not null, number bigint not null, kind text not null, name text not null,
        subject text not null, what text not null, digest text not null, decision text, decided_by text,
        decided_at bigint, note text, primary key (review, number))`,
    ],
  },
]
