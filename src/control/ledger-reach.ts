import { isWithin, type Reach } from '../governance/access/index.ts'
import type { OperationRecord, Within } from '../governance/usage/index.ts'

/** A reach as a filter of the ledger's queries; nothing when everything is reached. */
export function withinReach(reach: Reach): { readonly within?: Within } {
  if (reach === 'everything') return {}
  const named = (kind: string) =>
    reach.principals
      .filter((principal) => principal.startsWith(`${kind}:`))
      .map((principal) => principal.slice(kind.length + 1))
  return { within: { team: reach.teams, user: named('user'), app: named('app'), agent: named('agent') } }
}

/** The same for one record. */
export function isRecordWithin(
  { team, user, app, principal }: Pick<OperationRecord, 'team' | 'user' | 'app' | 'principal'>,
  reach: Reach,
): boolean {
  return (
    isWithin(reach, { team, principal }) ||
    (user !== undefined && isWithin(reach, { principal: `user:${user}` })) ||
    (app !== undefined && isWithin(reach, { principal: `app:${app}` }))
  )
}
