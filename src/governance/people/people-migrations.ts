import type { Migration } from '../../platform/storage/index.ts'

/** The tables of people and their sessions. */
export const PEOPLE_MIGRATIONS: readonly Migration[] = [
  {
    id: 'people-001',
    up: [
      `create table users (id text primary key, email text not null unique, name text not null, status text not null,
        password text, password_change text not null, origin text not null, external_id text, teams text not null,
        sso_groups text not null, created_at bigint not null, updated_at bigint not null, last_seen_at bigint,
        version bigint not null)`,
      'create index users_version on users (version)',
      `create table sessions (id text primary key, digest text not null unique, user_id text not null, method text not null,
        address text not null, agent text not null, created_at bigint not null, proved_at bigint not null,
        seen_at bigint not null, expires_at bigint not null, ended_at bigint, version bigint not null)`,
      'create index sessions_version on sessions (version)',
      'create index sessions_user on sessions (user_id, created_at)',
      // One row whose lock makes versions appear in the order in which they were given.
      'create table people_clock (id bigint primary key, version bigint not null)',
      'insert into people_clock (id, version) values (1, 0)',
    ],
  },
  {
    id: 'people-002',
    up: [
      'alter table users add column totp text',
      'alter table users add column totp_on bigint not null default 0',
      'alter table users add column totp_step bigint not null default 0',
      "alter table users add column recovery text not null default '[]'",
    ],
  },
]
