import { type LruCache, lruCache } from '../../lib/lru.ts'
import type { Document, DocumentSet } from '../../platform/documents/index.ts'
import { type AgentSpec, agentKind } from './agent.kind.ts'
import { appKind } from './app.kind.ts'
import type { Person } from './directory.ts'
import { type KeySpec, keyKind } from './key.kind.ts'
import type { Caller } from './principal.ts'
import { type PrincipalKind, parsePrincipal } from './principal-ref.ts'
import { type TeamSpec, teamKind } from './team.kind.ts'

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
  /** A group of an identity provider → the teams whose `ssoGroups` name it. */
  readonly groupTeams: ReadonlyMap<string, readonly string[]>
  /** Whether a caller may administer, by the grants of the same documents. */
  readonly administers: (caller: Caller) => boolean
  /** Whether a person may more on the control plane than what is their own: their sessions end when they are idle. */
  readonly isPrivileged: (caller: Caller) => boolean
  readonly remembered: {
    readonly known: LruCache<string, KeyEntry>
    readonly unknown: LruCache<string, true>
    /** Agents as they act for people. */
    readonly acting: LruCache<string, Caller>
    /** E-mail address → the caller that the person was worked out to be. */
    readonly people: LruCache<string, PersonalCaller>
    /** The same for the keys of people. */
    readonly personal: WeakMap<Caller, PersonalCaller>
  }
}

/** A caller, and the state of the person from which it was made. */
export interface PersonalCaller {
  readonly person: Person
  readonly caller: Caller
  readonly isPrivileged: boolean
}

/** What the compilation may be told besides the documents. */
export interface IdentityOptions {
  /** Decides, by the grants of the same documents, who may administer; nobody when absent. */
  readonly administers?: (caller: Caller) => boolean
  /** Decides who is privileged; whoever administers when absent. */
  readonly isPrivileged?: (caller: Caller) => boolean
}

const REMEMBERED_KEYS = 20_000
const REMEMBERED_STRANGERS = 10_000

/** Compiles Teams, Apps, Agents and Keys. The documents must be valid: a circle of teams would have been refused before. */
export function compileIdentity(documents: DocumentSet, options: IdentityOptions = {}): IdentityIndex {
  const ancestry = teamAncestry(documents)
  const memberships = teamsOf(documents, (team) => team.spec.members.map((member) => member.slice('user:'.length)))
  const appTeams = new Map(documents.all(appKind).map((app) => [app.name, app.spec.team]))
  const agents = new Map(documents.all(agentKind).map(({ name, spec }) => [name, agentEntry(spec)]))
  const index: IdentityIndex = {
    keys: new Map(),
    ancestry,
    memberships,
    appTeams,
    agents,
    groupTeams: teamsOf(documents, (team) => team.spec.ssoGroups),
    administers: options.administers ?? (() => false),
    isPrivileged: options.isPrivileged ?? (({ administrator }) => administrator),
    remembered: {
      known: lruCache(REMEMBERED_KEYS),
      unknown: lruCache(REMEMBERED_STRANGERS),
      acting: lruCache(REMEMBERED_KEYS),
      people: lruCache(REMEMBERED_KEYS),
      personal: new WeakMap(),
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
  return callerIn(index, parsed, directTeams(index, parsed))
}

/** The caller that a person with an account is: in the teams of the documents, of the account, and of their groups. */
export function callerWith(index: IdentityIndex, person: Pick<Person, 'email' | 'teams' | 'groups'>): Caller {
  const named = index.memberships.get(person.email) ?? []
  const grouped = person.groups.flatMap((group) => index.groupTeams.get(group) ?? [])
  // A team that documents no longer name is none.
  const given = person.teams.filter((team) => index.ancestry.has(team))
  return callerIn(index, { kind: 'user', name: person.email }, [...new Set([...named, ...given, ...grouped])])
}

function callerIn(index: IdentityIndex, { kind, name }: Principal, direct: readonly string[]): Caller {
  const teams = [...new Set(direct.flatMap((team) => index.ancestry.get(team) ?? [team]))]
  const [team] = direct
  return Object.freeze({
    principal: `${kind}:${name}`,
    [kind]: name,
    ...(kind === 'agent' && index.agents.get(name)?.actsFor === 'user' ? { actsFor: 'user' as const } : {}),
    ...(team === undefined ? {} : { team }),
    teams: Object.freeze(teams),
    administrator: false,
  })
}

interface Principal {
  readonly kind: PrincipalKind
  readonly name: string
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

/** Something that teams name (a person, a group) → those teams. */
function teamsOf(
  documents: DocumentSet,
  names: (team: Document<TeamSpec>) => readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>()
  for (const team of documents.all(teamKind)) {
    for (const name of names(team)) {
      const teams = found.get(name)
      if (teams) teams.push(team.name)
      else found.set(name, [team.name])
    }
  }
  return found
}
