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
  {
    id: 'people-003',
    up: [
      // Who somebody is at an identity provider; never an e-mail address, which may pass to somebody else.
      `create table external_identities (provider text not null, subject text not null, user_id text not null,
        created_at bigint not null, primary key (provider, subject))`,
      'create index external_identities_user on external_identities (user_id)',
    ],
  },
  {
    id: 'people-004',
    up: [
      "alter table users add column scim_groups text not null default '[]'",
      `create table scim_users (provider text not null, user_id text not null, user_name text not null,
        user_key text not null, external_id text, attributes text not null, created_at bigint not null,
        updated_at bigint not null, primary key (provider, user_id))`,
      'create unique index scim_users_key on scim_users (provider, user_key)',
      'create index scim_users_user on scim_users (user_id)',
      `create table scim_groups (id text primary key, provider text not null, display_name text not null,
        external_id text, created_at bigint not null, updated_at bigint not null)`,
      'create unique index scim_groups_name on scim_groups (provider, display_name)',
      'create table scim_members (group_id text not null, user_id text not null, primary key (group_id, user_id))',
      'create index scim_members_user on scim_members (user_id)',
    ],
  },
]
