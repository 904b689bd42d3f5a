import { grantKind } from '../governance/access/index.ts'
import { agentKind, appKind, keyKind, teamKind } from '../governance/identity/index.ts'
import type { Snapshot } from '../policy/index.ts'

/** Every principal that the documents name, ordered: apps, agents, and the people of teams, keys, grants and roles. */
export function knownPrincipals({ documents, roles }: Pick<Snapshot, 'documents' | 'roles'>): readonly string[] {
  const named = [
    ...documents.all(appKind).map(({ name }) => `app:${name}`),
    ...documents.all(agentKind).map(({ name }) => `agent:${name}`),
    ...documents.all(appKind).flatMap(({ spec }) => spec.owner ?? []),
    ...documents.all(agentKind).map(({ spec }) => spec.owner),
    ...documents.all(teamKind).flatMap(({ spec }) => [...spec.members, ...spec.managers]),
    ...documents.all(keyKind).map(({ spec }) => spec.for),
    ...documents.all(grantKind).flatMap(({ spec }) => spec.to),
    ...[...roles.members.values()].flat(),
  ]
  return [...new Set(named.filter((term) => /^(?:user|app|agent):/.test(term)))].sort()
}
