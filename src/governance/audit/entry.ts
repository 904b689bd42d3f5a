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

/** The text of an entry at its place. */
export function entryText(entry: AuditEntry, place: Pick<StoredEntry, 'log' | 'sequence' | 'at' | 'previous'>): string {
  const { actor, onBehalfOf, requestId, address, action, object, before, after, fields, reason, revision, facts } =
    entry
  return canonicalJson({
    v: 1,
    ...place,
    actor: cut(actor),
    action: cut(action),
    onBehalfOf: cut(onBehalfOf),
    requestId: cut(requestId),
    address: cut(address),
    object: cut(object),
    reason: cut(reason),
    before,
    after,
    revision,
    fields: fields && fields.length > 0 ? bounded(fields, [{ path: `… ${fields.length} fields` }]) : undefined,
    facts: facts && bounded(facts, { omitted: `${Object.keys(facts).length} facts` }),
  })
}

function cut<T extends string | undefined>(text: T): T | string {
  return text !== undefined && text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text
}

function bounded<T>(value: T, instead: T): T {
  return JSON.stringify(value).length > LONGEST_JSON ? instead : value
}
