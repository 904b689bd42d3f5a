import { type LruCache, lruCache } from '../../lib/lru.ts'
import type { DocumentSet } from '../../platform/documents/index.ts'
import { type AgentSpec, agentKind } from './agent.kind.ts'
import { appKind } from './app.kind.ts'
import { type KeySpec, keyKind } from './key.kind.ts'
import type { Caller } from './principal.ts'
import { parsePrincipal } from './principal-ref.ts'
import { teamKind } from './team.kind.ts'

/** A key as the gate looks it up: whose it is, made once, and until when. */
export interface KeyEntry {
  readonly caller: Caller
  /** From when it is refused, epoch milliseconds. */
  readonly expiresAt?: number
  readonly disabled: boolean
}

/** What recognising an agent needs of its document. */
export interface AgentEntry {
  readonly team?: string | undefined
  readonly actsFor: 'itself' | 'user'
}

/**
 * Everything that recognises a caller, compiled from one set of documents and never changed.
 * INVARIANT: what was recognised is remembered in the index itself, so publishing another snapshot forgets it all: a
 * revoked key is refused from that instant.
 */
export interface IdentityIndex {
  /** SHA-256 (hex) of a key → the key. */
  readonly keys: ReadonlyMap<string, KeyEntry>
  /** A team → itself and the teams above it, nearest first. */
  readonly ancestry: ReadonlyMap<string, readonly string[]>
  /** A person (without `user:`) → the teams that name them as a member. */
  readonly memberships: ReadonlyMap<string, readonly string[]>
  /** An app → its team. */
  readonly appTeams: ReadonlyMap<string, string | undefined>
  /** An agent → its team and whom it acts for. */
  readonly agents: ReadonlyMap<string, AgentEntry>
  readonly remembered: {
    readonly known: LruCache<string, KeyEntry>
    readonly unknown: LruCache<string, true>
    /** Agents as they act for people. */
    readonly acting: LruCache<string, Caller>
  }
}

/** What the compilation may be told besides the documents. */
export interface IdentityOptions {
  /** Decides, by the grants of the same documents, who may administer; nobody when absent. */
  readonly administers?: (caller: Caller) => boolean
}

const REMEMBERED_KEYS = 20_000
const REMEMBERED_STRANGERS = 10_000

/** Compiles Teams, Apps, Agents and Keys. The documents must be valid: a circle of teams would have been refused before. */
export function compileIdentity(documents: DocumentSet, options: IdentityOptions = {}): IdentityIndex {
  const ancestry = teamAncestry(documents)
  const memberships = teamMemberships(documents)
  const appTeams = new Map(documents.all(appKind).map((app) => [app.name, app.spec.team]))
  const agents = new Map(documents.all(agentKind).map(({ name, spec }) => [name, agentEntry(spec)]))
  const index: IdentityIndex = {
    keys: new Map(),
    ancestry,
    memberships,
    appTeams,
    agents,
    remembered: {
      known: lruCache(REMEMBERED_KEYS),
      unknown: lruCache(REMEMBERED_STRANGERS),
      acting: lruCache(REMEMBERED_KEYS),
    },
  }
  const keys = new Map<string, KeyEntry>()
  for (const { name, spec } of documents.all(keyKind)) {
    const plain = callerOf(index, spec.for)
    if (plain === undefined) continue
    keys.set(spec.sha256, keyEntry(spec, { ...plain, key: name }, options))
  }
  return Object.freeze({ ...index, keys })
}

function agentEntry({ team, actsFor }: AgentSpec): AgentEntry {
  return Object.freeze({ ...(team === undefined ? {} : { team }), actsFor })
}

function keyEntry(spec: KeySpec, plain: Caller, options: IdentityOptions): KeyEntry {
  const narrowed = spec.narrowTo === undefined ? plain : { ...plain, narrowTo: spec.narrowTo }
  // Asked with the narrowing: a key that may reach one model must not administer because its principal may.
  const caller = Object.freeze({ ...narrowed, administrator: options.administers?.(narrowed) ?? false })
  const expiry = spec.expires === undefined ? {} : { expiresAt: spec.expires }
  return Object.freeze({ caller, ...expiry, disabled: spec.disabled })
}

/**
 * The caller that a principal (`app:x`, `user:x`, `agent:x`) is without any key: for explaining and for previews.
 * It administers nothing. Undefined when the text is no principal.
 */
export function callerOf(index: IdentityIndex, principal: string): Caller | undefined {
  const parsed = parsePrincipal(principal)
  if (parsed === undefined) return undefined
  const { kind, name } = parsed
  const direct = directTeams(index, parsed)
  const teams = [...new Set(direct.flatMap((team) => index.ancestry.get(team) ?? [team]))]
  const [team] = direct
  return Object.freeze({
    principal,
    [kind]: name,
    ...(kind === 'agent' && index.agents.get(name)?.actsFor === 'user' ? { actsFor: 'user' as const } : {}),
    ...(team === undefined ? {} : { team }),
    teams: Object.freeze(teams),
    administrator: false,
  })
}

function directTeams(index: IdentityIndex, of: { readonly kind: string; readonly name: string }): readonly string[] {
  if (of.kind === 'user') return index.memberships.get(of.name) ?? []
  const team = of.kind === 'app' ? index.appTeams.get(of.name) : index.agents.get(of.name)?.team
  return team === undefined ? [] : [team]
}

function teamAncestry(documents: DocumentSet): ReadonlyMap<string, readonly string[]> {
  const ancestry = new Map<string, readonly string[]>()
  for (const { name } of documents.all(teamKind)) {
    const way: string[] = []
    // The second condition ends the walk even for documents that nobody validated.
    for (let at: string | undefined = name; at !== undefined && !way.includes(at); ) {
      way.push(at)
      at = documents.get(teamKind, at)?.spec.parent
    }
    ancestry.set(name, Object.freeze(way))
  }
  return ancestry
}

function teamMemberships(documents: DocumentSet): ReadonlyMap<string, readonly string[]> {
  const memberships = new Map<string, string[]>()
  for (const team of documents.all(teamKind)) {
    for (const member of team.spec.members) {
      const person = member.slice('user:'.length)
      const teams = memberships.get(person) ?? []
      memberships.set(person, [...teams, team.name])
    }
  }
  return memberships
}
