import type { People } from '../governance/people/index.ts'
import type { Config } from '../platform/config/index.ts'
import { administratorDocument, type Policy } from '../policy/index.ts'

/** The account that was made because there was none. */
export interface FirstAdministrator {
  readonly email: string
  /** Absent when the operator gave it. */
  readonly password?: string
}

const NOBODY_SAID = 'admin@localhost'

/** Who is to be the first administrator: an e-mail address in lower case; undefined when there are accounts already. */
export async function firstAdministratorEmail(
  people: People,
  { adminEmail, role }: Pick<Config, 'adminEmail' | 'role'>,
): Promise<string | undefined> {
  const makesPeople = role === 'all' || role === 'control'
  if (!makesPeople || (await people.users.any())) return undefined
  return (adminEmail ?? NOBODY_SAID).toLowerCase()
}

/**
 * Makes the first account and, unless a fresh policy has it already, a grant that lets it manage everything. A policy that Git owns
 * keeps it: the grant is the system's.
 */
export async function firstAdministrator(
  { people, policy }: { readonly people: People; readonly policy: Policy },
  { email, adminPassword }: { readonly email: string; readonly adminPassword: string | undefined },
): Promise<FirstAdministrator> {
  // Before the account: were this interrupted between the two, the next start would do both again.
  await policy.apply(
    { party: 'system', sources: administratorDocument(email), apiVersion: 'optional' },
    { author: 'system', reason: 'the first administrator' },
  )
  const { password } = await people.users.create(
    {
      email,
      name: 'Administrator',
      teams: [],
      password: adminPassword,
      // It stands in a terminal or a log. The key beside it does too, so a change is advised and not forced.
      ...(adminPassword === undefined ? { passwordChange: 'advised' as const } : {}),
    },
    { actor: 'system' },
  )
  return adminPassword === undefined ? { email, password } : { email }
}
