import type { Clock, Timer } from '../../lib/clock.ts'
import { toGatewayError } from '../../lib/errors.ts'
import type { Database, Tables } from '../../platform/storage/index.ts'
import type { Audit, AuditEntry } from '../audit/index.ts'
import type { Directory, Person, Session } from '../identity/index.ts'
import {
  newestVersion,
  nextVersion,
  type SessionRow,
  sessionsSince,
  touchSession,
  type UserRow,
  usersSince,
} from './people.store.ts'

/** All accounts and open sessions in memory, kept equal to the database. */
export interface Registry {
  readonly directory: Directory
  /**
   * Changes people in one transaction, with what the audit log is told of it, and makes the change count on this node
   * when it is committed. Other nodes follow within a second.
   */
  readonly change: <R>(work: (tables: Tables, version: number) => Promise<R>, told: Tell<R>) => Promise<R>
  /** Reads what changed since the last time, here or on another node. */
  readonly follow: () => Promise<void>
  /** Writes when sessions were last used. */
  readonly flush: () => Promise<void>
  readonly stop: () => Promise<void>
}

/** What the audit log is told of a change, from what came of it; undefined: nothing. */
export type Tell<R> = (result: R) => AuditEntry | undefined

/** What a registry is made with. */
export interface RegistryOptions {
  readonly database: Database
  readonly audit: Pick<Audit, 'append'>
  readonly clock: Clock
  /** The address under which browsers know the gateway. */
  readonly publicUrl: string
  /** Told when the database does not answer, and what it said. */
  readonly problem: (message: string) => void
}

/** How soon a change made by another node holds here. */
const FOLLOW_MS = 1_000
const FLUSH_MS = 60_000

/** An account whose person changes; sessions hold the account, and so always know who the person is now. */
interface Account {
  person: Person
}

interface LiveSession extends Session {
  provedAt: number
  seenAt: number
  readonly userId: string
}

interface Memory {
  /** By id. */
  readonly accounts: Map<string, Account>
  readonly byEmail: Map<string, Account>
  /** By the token's digest. */
  readonly sessions: Map<string, LiveSession>
  readonly touched: Set<LiveSession>
  version: number
}

/** Reads all people and goes on following the database. */
export async function openRegistry(options: RegistryOptions): Promise<Registry> {
  const { database, clock } = options
  const memory: Memory = {
    accounts: new Map(),
    byEmail: new Map(),
    sessions: new Map(),
    touched: new Set(),
    version: -1,
  }
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = (task: () => Promise<void>): Promise<void> => {
    const run = last.then(task, task)
    last = run.catch(() => undefined)
    return run
  }
  const follow = () => inTurn(() => catchUp(memory, database, clock.now()))
  const flush = () => inTurn(() => writeSeen(memory, database))
  await follow()
  let away = false
  const quietly = async (task: () => Promise<void>) => {
    try {
      await task()
      away = false
    } catch (cause) {
      if (!away) options.problem(`people: the database does not answer: ${toGatewayError(cause).message}`)
      away = true
    }
  }
  const timers: readonly Timer[] = [
    clock.every(FLUSH_MS, () => void quietly(flush)),
    // One process alone writes to SQLite, so it knows of every change.
    ...(database.engine === 'postgres' ? [clock.every(FOLLOW_MS, () => void quietly(follow))] : []),
  ]
  return {
    directory: directoryOf(memory, options.publicUrl),
    change: async (work, told) => {
      const result = await database.transaction(async (tables) => {
        const made = await work(tables, await nextVersion(tables))
        const entry = told(made)
        if (entry) await options.audit.append(tables, entry)
        return made
      })
      await follow()
      return result
    },
    follow,
    flush,
    stop: async () => {
      for (const timer of timers) timer.cancel()
      await quietly(flush)
    },
  }
}

function directoryOf(memory: Memory, publicUrl: string): Directory {
  const { origin, protocol } = new URL(publicUrl)
  return {
    cookieName: protocol === 'https:' ? '__Host-gatehouse_session' : 'gatehouse_session',
    publicOrigin: origin,
    person: (email) => (memory.byEmail.get(email) ?? memory.byEmail.get(email.toLowerCase()))?.person,
    session: (digest) => memory.sessions.get(digest),
    seen: (session, nowMs) => {
      const live = session as LiveSession
      if (nowMs <= live.seenAt) return
      live.seenAt = nowMs
      memory.touched.add(live)
    },
  }
}

async function catchUp(memory: Memory, database: Database, nowMs: number): Promise<void> {
  const newest = await newestVersion(database)
  if (newest <= memory.version) return
  // What commits between these reads has a higher version and comes next time, too; reading it twice does no harm.
  const users = await usersSince(database, memory.version)
  const sessions = await sessionsSince(database, memory.version, nowMs)
  for (const row of users) takeUser(memory, row)
  for (const row of sessions) takeSession(memory, row)
  for (const [digest, session] of memory.sessions) if (session.expiresAt <= nowMs) memory.sessions.delete(digest)
  memory.version = newest
}

function takeUser(memory: Memory, row: UserRow): void {
  const known = memory.accounts.get(row.id)
  const person = personOf(row)
  if (known && known.person.email !== row.email) memory.byEmail.delete(known.person.email)
  const account = known ?? { person }
  account.person = person
  memory.accounts.set(row.id, account)
  memory.byEmail.set(row.email, account)
}

function takeSession(memory: Memory, row: SessionRow): void {
  const account = memory.accounts.get(row.user_id)
  if (row.ended_at !== null || account === undefined) {
    memory.sessions.delete(row.digest)
    return
  }
  const known = memory.sessions.get(row.digest)
  if (known) {
    known.provedAt = row.proved_at
    known.seenAt = Math.max(known.seenAt, row.seen_at)
    return
  }
  memory.sessions.set(row.digest, {
    id: row.id,
    userId: row.user_id,
    expiresAt: row.expires_at,
    provedAt: row.proved_at,
    seenAt: row.seen_at,
    get person() {
      return account.person
    },
  })
}

function personOf(row: UserRow): Person {
  return Object.freeze({
    id: row.id,
    email: row.email,
    name: row.name,
    status: row.status,
    passwordChange: row.password_change,
    teams: Object.freeze(namesIn(row.teams)),
    groups: Object.freeze([...new Set([...namesIn(row.sso_groups), ...namesIn(row.scim_groups)])]),
  })
}

/** The names in a JSON list. */
export function namesIn(text: string): string[] {
  const parsed: unknown = JSON.parse(text)
  return Array.isArray(parsed) ? parsed.filter((name) => typeof name === 'string') : []
}

async function writeSeen(memory: Memory, database: Database): Promise<void> {
  if (memory.touched.size === 0) return
  const touched = [...memory.touched]
  memory.touched.clear()
  try {
    await database.transaction(async (tables) => {
      const version = await nextVersion(tables)
      for (const session of touched) await touchSession(tables, session, version)
    })
  } catch (cause) {
    for (const session of touched) memory.touched.add(session)
    throw cause
  }
}
