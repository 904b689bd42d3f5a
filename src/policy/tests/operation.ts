import type { Segment } from '../../governance/guardrails/index.ts'
import { type Caller, callerOf, teamKind } from '../../governance/identity/index.ts'
import type { Snapshot } from '../snapshot.ts'
import type { RehearsedOperation } from './rehearse.ts'
import type { OperationTest } from './test-file.ts'

/** A test's operation as the gate would know it, or why there is none: a sentence. */
export type Staged =
  | { readonly kind: 'operation'; readonly operation: RehearsedOperation }
  /** The credential itself is refused. */
  | { readonly kind: 'refused'; readonly code: 'key_expired' | 'key_revoked'; readonly message: string }
  | { readonly kind: 'unknown'; readonly message: string }

/** A Monday, at noon UTC: in nobody's night and in no turn of a period. */
const NOON = Date.parse('2026-01-05T12:00:00Z')

/** Finds who asks, and makes of a test what the gate would have before it. */
export function stage(snapshot: Snapshot, test: OperationTest): Staged {
  const at = test.at ?? NOON
  const found = test.as.startsWith('key:') ? byKey(snapshot, test.as.slice('key:'.length), at) : byName(snapshot, test)
  if (found.kind !== 'caller') return found
  const caller = test.for === undefined ? found.caller : actingFor(snapshot, found.caller, test.for)
  const { text, texts, phase, ...facts } = test.with
  const colon = test.on.indexOf(':')
  const whole: readonly Segment[] = [
    ...(text === undefined ? [] : [{ channel: phase === 'input' ? ('user' as const) : ('assistant' as const), text }]),
    ...texts,
  ]
  const resource = { kind: test.on.slice(0, colon), name: test.on.slice(colon + 1) }
  return {
    kind: 'operation',
    operation: { ...facts, caller, action: test.action, resource, at, segments: whole, phase },
  }
}

type FoundCaller = { readonly kind: 'caller'; readonly caller: Caller } | Exclude<Staged, { kind: 'operation' }>

function byKey({ identity }: Snapshot, name: string, at: number): FoundCaller {
  const entry = [...identity.keys.values()].find(({ caller }) => caller.key === name)
  if (!entry) return { kind: 'unknown', message: `there is no Key named ${name}` }
  if (entry.disabled) return { kind: 'refused', code: 'key_revoked', message: `the key ${name} is disabled` }
  if (entry.expiresAt === undefined || at < entry.expiresAt) return { kind: 'caller', caller: entry.caller }
  return {
    kind: 'refused',
    code: 'key_expired',
    message: `the key ${name} expired on ${new Date(entry.expiresAt).toISOString()}`,
  }
}

function byName(snapshot: Snapshot, { as, groups }: OperationTest): FoundCaller {
  const { identity, documents } = snapshot
  const caller = callerOf(identity, as)
  if (!caller) return { kind: 'unknown', message: `${as} is no principal` }
  if (caller.app !== undefined && !identity.appTeams.has(caller.app))
    return { kind: 'unknown', message: `there is no App named ${caller.app}` }
  if (caller.agent !== undefined && !identity.agents.has(caller.agent))
    return { kind: 'unknown', message: `there is no Agent named ${caller.agent}` }
  if (groups.length === 0) return { kind: 'caller', caller }
  const joined = documents.all(teamKind).filter(({ spec }) => spec.ssoGroups.some((group) => groups.includes(group)))
  if (joined.length === 0) return { kind: 'unknown', message: `no Team names the group ${groups.join(' or ')}` }
  const teams = joined.flatMap(({ name }) => identity.ancestry.get(name) ?? [name])
  return {
    kind: 'caller',
    caller: { ...caller, team: caller.team ?? joined[0]?.name ?? '', teams: [...new Set([...caller.teams, ...teams])] },
  }
}

function actingFor({ identity }: Snapshot, caller: Caller, person: string): Caller {
  const onBehalfOf = callerOf(identity, person)
  return onBehalfOf ? { ...caller, user: onBehalfOf.user ?? '', onBehalfOf } : caller
}
