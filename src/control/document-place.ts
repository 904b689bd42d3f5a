import { isWithin, type Reach } from '../governance/access/index.ts'
import { callerOf, type IdentityIndex } from '../governance/identity/index.ts'
import type { Document } from '../platform/documents/index.ts'
import type { Snapshot } from '../policy/index.ts'

/** Whether a document speaks of a team or a principal within a reach: one of its own, a rule for it, its key. */
export function belongsTo(document: Document, reach: Reach, { identity }: Pick<Snapshot, 'identity'>): boolean {
  if (reach === 'everything') return true
  return termsOf(document).some((term) => isTermWithin(term, reach, identity))
}

/** Whether a term of a document (`team:x`, `team:x/managers`, `app:x`, `user:x`, `agent:x`, `key:x`) lies within a reach. */
export function isTermWithin(term: string, reach: Reach, identity: IdentityIndex): boolean {
  if (reach === 'everything') return true
  const [kind, name = ''] = term.split(/:(.*)/s)
  if (kind === 'team') return isWithin(reach, { team: name.replace(/\/managers$/, '') })
  if (kind === 'key')
    return [...identity.keys.values()].some(({ caller }) => caller.key === name && isWithin(reach, caller))
  const caller = callerOf(identity, term)
  return caller !== undefined && isWithin(reach, caller)
}

/** The teams and principals that a document is, or names. */
function termsOf({ kind, name, spec }: Document): readonly string[] {
  const fields = Object(spec) as Readonly<Record<string, unknown>>
  const own: Readonly<Record<string, string>> = { Team: `team:${name}`, App: `app:${name}`, Agent: `agent:${name}` }
  const named = ['to', 'appliesTo', 'for', 'owner', 'members'].flatMap((field) => textsOf(fields[field]))
  return [...(own[kind] === undefined ? [] : [own[kind]]), ...(kind === 'Team' ? [] : named)]
}

function textsOf(value: unknown): readonly string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value]
  return values.filter((text) => typeof text === 'string')
}
