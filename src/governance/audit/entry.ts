import { canonicalJson } from '../../lib/crypto.ts'

/** Who did it, and through which request. */
export interface AuditOrigin {
  /** A principal (`user:…`, `app:…`), `git:<path>` or `system`. */
  readonly actor: string
  /** For whom the actor did it, where that is somebody else. */
  readonly onBehalfOf?: string | undefined
  /** The request's id, as its answer's `x-request-id` says. */
  readonly requestId?: string | undefined
  /** The network address that the request came from. */
  readonly address?: string | undefined
}

/** One field that differs: a dotted path, and the values on both sides where there are any. */
export interface AuditField {
  readonly path: string
  readonly before?: unknown
  readonly after?: unknown
}

/** Something that was done to the gateway, to be told in the audit log. No secret belongs in it. */
export interface AuditEntry extends AuditOrigin {
  /** What was done: `document.change`, `secret.write`, `session.create`; see the reference page. */
  readonly action: string
  /** What it was done to: `Model/assistant`, `secret:openai`, `user:ann@example.com`. */
  readonly object?: string | undefined
  /** Digest of what stood there before; absent where nothing did. */
  readonly before?: string | undefined
  /** Digest of what stands there now; absent where nothing does. */
  readonly after?: string | undefined
  readonly fields?: readonly AuditField[] | undefined
  /** Why, in the words of whoever did it. */
  readonly reason?: string | undefined
  /** The number of the policy revision that holds after it. */
  readonly revision?: number | undefined
  /** What else there is to know; JSON values. */
  readonly facts?: Readonly<Record<string, unknown>> | undefined
}

/** An entry as it is kept: with its place in the log. Its text is its canonical JSON. */
export interface StoredEntry extends AuditEntry {
  readonly v: 1
  /** `<organisation>/<log>`. */
  readonly log: string
  /** 1, 2, 3, …: without gaps. */
  readonly sequence: number
  /** RFC 3339, UTC. */
  readonly at: string
  /** The hash of the entry before, hex; empty for the first. */
  readonly previous: string
}

/** Longest texts, in UTF-16 units; what is longer is cut, with a mark. */
const LONGEST_TEXT = 2_048
/** Most of what fields and facts may be as JSON; beyond, only how much it was is kept (the digests still tell a change). */
const LONGEST_JSON = 32_768

/**
 * The text of an entry at its place: canonical JSON (RFC 8785). Written member by member, because that takes a third of
 * the time that sorting them takes.
 */
export function entryText(entry: AuditEntry, place: Pick<StoredEntry, 'log' | 'sequence' | 'at' | 'previous'>): string {
  const { fields, facts, revision } = entry
  const difference = fields && fields.length > 0 ? bounded(fields, [{ path: `… ${fields.length} fields` }]) : undefined
  const known = facts && bounded(facts, { omitted: `${Object.keys(facts).length} facts` })
  // INVARIANT: the members stand in the order of their names.
  return `{"action":${quoted(entry.action)},"actor":${quoted(entry.actor)}${text('address', entry.address)}${text(
    'after',
    entry.after,
  )},"at":"${place.at}"${text('before', entry.before)}${json('facts', known)}${json('fields', difference)},"log":${quoted(
    place.log,
  )}${text('object', entry.object)}${text('onBehalfOf', entry.onBehalfOf)},"previous":"${place.previous}"${text(
    'reason',
    entry.reason,
  )}${text('requestId', entry.requestId)}${json('revision', revision === undefined ? undefined : String(revision))},"sequence":${
    place.sequence
  },"v":1}`
}

function text(name: string, value: string | undefined): string {
  return value === undefined ? '' : `,"${name}":${quoted(value)}`
}

function json(name: string, value: string | undefined): string {
  return value === undefined ? '' : `,"${name}":${value}`
}

function quoted(value: string): string {
  return JSON.stringify(value.length > LONGEST_TEXT ? `${value.slice(0, LONGEST_TEXT)}…` : value)
}

function bounded(value: unknown, instead: unknown): string {
  const whole = canonicalJson(value)
  return whole.length > LONGEST_JSON ? canonicalJson(instead) : whole
}
