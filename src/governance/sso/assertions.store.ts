import type { Migration, Tables } from '../../platform/storage/index.ts'

/** The assertions that were used, so that none is used twice, on no node. */
export const SSO_MIGRATIONS: readonly Migration[] = [
  {
    id: 'sso-001',
    up: [
      'create table used_assertions (digest text primary key, expires_at bigint not null)',
      'create index used_assertions_expiry on used_assertions (expires_at)',
    ],
  },
]

interface SsoTables {
  readonly used_assertions: { readonly digest: string; readonly expires_at: number }
}

/** Notes that an assertion is used; false when it was before. Forgets those that nobody could use any more. */
export async function useAssertion(
  tables: Tables,
  { digest, expiresAt, nowMs }: { readonly digest: string; readonly expiresAt: number; readonly nowMs: number },
): Promise<boolean> {
  const used = tables.tables<SsoTables>()
  await used.deleteFrom('used_assertions').where('expires_at', '<', nowMs).execute()
  const added = await used
    .insertInto('used_assertions')
    .values({ digest, expires_at: expiresAt })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return added.numInsertedOrUpdatedRows === 1n
}
