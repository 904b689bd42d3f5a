import type { Clock } from '../../lib/clock.ts'
import { randomBase62, sha256Hex } from '../../lib/crypto.ts'
import { GatewayError } from '../../lib/errors.ts'
import type { IdMaker } from '../../lib/ids.ts'
import type { Random } from '../../lib/random.ts'
import type { Database, Tables } from '../../platform/storage/index.ts'
import type { AuditOrigin } from '../audit/index.ts'
import { SESSION_PREFIX, type Session } from '../identity/index.ts'
import {
  deleteExpiredSessions,
  endSessions,
  insertSession,
  openSessions,
  proveSession,
  updateUser,
} from './people.store.ts'
import type { Registry } from './registry.ts'

/** A session begins with the person's proof and ends after so long, milliseconds. */
export const SESSION_MS = 8 * 3_600_000
/** So many sessions may one person have open; the oldest ends when another begins. */
export const MOST_SESSIONS = 20

/** Who signed in, how, and from where. */
export interface SessionStart {
  readonly userId: string
  readonly email: string
  readonly requestId: string
  /** `password`, `oidc:<provider>`, … */
  readonly method: string
  readonly address: string | undefined
  /** The browser as it calls itself; kept in 256 characters. */
  readonly agent: string
}

/** A session that has just begun: the only time that its token is known. */
export interface StartedSession {
  readonly token: string
  readonly session: Session
}

/** One open session, as its owner sees it. Instants in epoch milliseconds. */
export interface OpenSession {
  readonly id: string
  readonly method: string
  readonly address: string
  readonly agent: string
  readonly createdAt: number
  readonly seenAt: number
  readonly expiresAt: number
}

/** The sessions of people. */
export interface Sessions {
  readonly start: (start: SessionStart) => Promise<StartedSession>
  readonly end: (id: string, by: AuditOrigin) => Promise<void>
  /** Notes that the person of a session has just proved again who they are. */
  readonly prove: (id: string, by: AuditOrigin) => Promise<void>
  /** A person's open sessions, newest first. */
  readonly list: (userId: string) => Promise<readonly OpenSession[]>
  /** Deletes what expired a month ago; gives how many. */
  readonly clean: () => Promise<number>
}

/** What sessions are made with. */
export interface SessionOptions {
  readonly database: Database
  readonly registry: Registry
  readonly clock: Clock
  readonly random: Random
  readonly ids: IdMaker
}

const TOKEN_DIGITS = 43
const LONGEST_AGENT = 256
const KEPT_MS = 30 * 24 * 3_600_000

/** Makes the {@link Sessions} of a registry. */
export function sessions({ database, registry, clock, random, ids }: SessionOptions): Sessions {
  return {
    start: async ({ userId, email, requestId, method, address, agent }) => {
      const by = { actor: `user:${email}`, requestId, address }
      const place = address ?? ''
      const token = SESSION_PREFIX + randomBase62(TOKEN_DIGITS, random.bytes)
      const at = clock.now()
      const digest = sha256Hex(token)
      await registry.change(
        async (tables, version) => {
          await makeRoom(tables, userId, { at, version })
          await insertSession(tables, {
            ...{
              id: ids('ses'),
              digest,
              user_id: userId,
              method,
              address: place,
              agent: agent.slice(0, LONGEST_AGENT),
            },
            ...{ created_at: at, proved_at: at, seen_at: at, expires_at: at + SESSION_MS, ended_at: null, version },
          })
          await updateUser(tables, userId, { last_seen_at: at, version })
        },
        () => ({ ...by, action: 'session.create', object: `user:${email}`, facts: { method } }),
      )
      const session = registry.directory.session(digest)
      // Somebody else has ended it, or the person was disabled, in the meantime.
      if (!session) throw new GatewayError('session_ended')
      return { token, session }
    },
    end: (id, by) =>
      registry.change(
        (tables, version) => endSessions(tables, [id], { at: clock.now(), version }),
        () => ({ ...by, action: 'session.end', object: `session:${id}` }),
      ),
    prove: (id, by) =>
      registry.change(
        (tables, version) => proveSession(tables, id, { at: clock.now(), version }),
        () => ({ ...by, action: 'session.prove', object: `session:${id}` }),
      ),
    list: async (userId) => {
      const rows = await openSessions(database, userId, clock.now())
      return rows.map((row) => ({
        ...{ id: row.id, method: row.method, address: row.address, agent: row.agent },
        ...{ createdAt: row.created_at, seenAt: row.seen_at, expiresAt: row.expires_at },
      }))
    },
    clean: () => deleteExpiredSessions(database, clock.now() - KEPT_MS),
  }
}

async function makeRoom(tables: Tables, userId: string, now: { readonly at: number; readonly version: number }) {
  const open = await openSessions(tables, userId, now.at)
  const surplus = open.slice(MOST_SESSIONS - 1).map(({ id }) => id)
  await endSessions(tables, surplus, now)
}
