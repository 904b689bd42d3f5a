import { type Caller, callerOf, type KeyEntry } from '../../governance/identity/index.ts'
import type { RecordedFacts } from '../../governance/usage/index.ts'
import type { Snapshot } from '../snapshot.ts'

/** Who asked, as another snapshot sees them. */
export type Recalled =
  | { readonly kind: 'caller'; readonly caller: Caller; readonly scopes: readonly string[] }
  /** The key is gone, disabled or expired. */
  | { readonly kind: 'refused'; readonly by: string }
  /** The record does not say who asked. */
  | { readonly kind: 'unknown' }

const MOST_CALLERS = 100_000

/** Finds the callers of records in a snapshot: each once, so that what is compiled for a caller is compiled once. */
export function callersIn(snapshot: Snapshot): (record: RecordedFacts) => Recalled {
  const entries = new Map<string, KeyEntry>()
  for (const entry of snapshot.identity.keys.values()) if (entry.caller.key) entries.set(entry.caller.key, entry)
  const known = new Map<string, Recalled>()
  return (record) => {
    const { key, principal } = record
    if (principal === undefined) return { kind: 'unknown' }
    const entry = key === undefined ? undefined : entries.get(key)
    if (key !== undefined && !entry) return { kind: 'refused', by: `there is no key ${key}` }
    if (entry?.disabled) return { kind: 'refused', by: `the key ${key} is disabled` }
    if (entry?.expiresAt !== undefined && record.at >= entry.expiresAt)
      return { kind: 'refused', by: `the key ${key} had expired` }
    const name = nameOf(record)
    const ready = known.get(name)
    if (ready) return ready
    if (known.size >= MOST_CALLERS) known.clear()
    const recalled = recall(snapshot, record, entry)
    known.set(name, recalled)
    return recalled
  }
}

/** What a caller is remembered by: a key says all but for whom an agent acts. */
function nameOf({ key, principal = '', user, teams }: RecordedFacts): string {
  if (key === undefined) return `\n${principal}\n${teams.join(' ')}`
  return principal.startsWith('agent:') ? `${key}\n${user ?? ''}` : key
}

function recall(snapshot: Snapshot, record: RecordedFacts, entry: KeyEntry | undefined): Recalled {
  const { identity } = snapshot
  const plain = entry?.caller ?? callerOf(identity, record.principal ?? '')
  if (!plain) return { kind: 'unknown' }
  // Whom an identity provider put into a team stands in no document: the record remembers it.
  const told = entry ? [] : record.teams.filter((team) => identity.ancestry.has(team))
  const teams = [...new Set([...plain.teams, ...told.flatMap((team) => identity.ancestry.get(team) ?? [])])]
  const person =
    plain.actsFor === 'user' && record.user !== undefined ? callerOf(identity, `user:${record.user}`) : undefined
  const caller: Caller = {
    ...plain,
    teams,
    ...(plain.team === undefined && told[0] !== undefined ? { team: told[0] } : {}),
    ...(person ? { user: person.user ?? '', onBehalfOf: person } : {}),
  }
  return { kind: 'caller', caller, scopes: scopesOf(caller) }
}

/** The scopes of a caller from the outside in, without any resource. */
function scopesOf(caller: Caller): readonly string[] {
  const scopes = ['org', ...caller.teams.toReversed().map((team) => `team:${team}`)]
  for (const dimension of ['app', 'agent', 'user', 'key'] as const) {
    if (caller[dimension] !== undefined) scopes.push(`${dimension}:${caller[dimension]}`)
  }
  return scopes
}
