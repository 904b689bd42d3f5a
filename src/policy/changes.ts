import type { Audit } from '../governance/audit/index.ts'
import { GatewayError } from '../lib/errors.ts'
import { type DocumentSet, documentSetOf, InvalidDocuments, type Kind, validate } from '../platform/documents/index.ts'
import type { Tables } from '../platform/storage/index.ts'
import type { Bindings, SecretUse } from '../platform/vault/index.ts'
import { refuseLockOut } from './administered.ts'
import { auditEntriesOf, type ChangeOrigin } from './audited.ts'
import type { Compile } from './compile.ts'
import { addedUses, credentialUses } from './credential-uses.ts'
import type { FaultLog, SnapshotHolder } from './holder.ts'
import type { LastGoodFile } from './last-good.ts'
import { type Change, changesBetween, type Intent, keyOf, type Plan, partyOf, planChanges } from './plan.ts'
import type { Revision, RevisionStore } from './revisions.store.ts'
import type { Snapshot } from './snapshot.ts'
import { readStored, storedText, toSources } from './stored.ts'

/** Who changes documents, why, and from which state. */
export interface ChangeRequest {
  /** A principal, `git:<path>` or `system`. */
  readonly author: string
  readonly reason: string
  /** Through which request it came, for the audit log. */
  readonly origin?: ChangeOrigin | undefined
  /** The revision that the change was made from: its number or its hash. Another one newer: `conflict`. */
  readonly ifRevision?: string
  /** Looked at under the lock, before anything is planned; throws to refuse. */
  readonly guard?: (current: DocumentSet) => void
  /** Looked at under the lock, when it is known what changes; throws to refuse. */
  readonly permit?: Permit | undefined
  /** Done in the same transaction: both hold or neither does. Not called when nothing changes. */
  readonly also?: ((tables: Tables) => Promise<void>) | undefined
}

/** What stood before a change and what would stand after it. */
export interface BeforeAndAfter {
  /** Undefined before the first revision. */
  readonly before: Snapshot | undefined
  readonly after: Snapshot
}

/** Refuses changes by throwing; called when they are compiled and nothing is written yet. */
export type Permit = (changes: readonly Change[], snapshots: BeforeAndAfter) => void

/** What came of a change. */
export interface Applied {
  /** The revision that holds now; the one before when nothing changed. */
  readonly number: number
  readonly revision: string
  readonly changes: readonly Change[]
  readonly unchanged: number
}

/** What changing documents needs. */
export interface ChangeTools {
  readonly compile: Compile
  readonly kinds: readonly Kind[]
  readonly store: RevisionStore | undefined
  readonly audit?: Pick<Audit, 'append'> | undefined
  readonly bindings?: Bindings | undefined
  readonly withhold?: ((refs: readonly string[]) => void) | undefined
  readonly holder: SnapshotHolder
  readonly lastGood: LastGoodFile
  readonly faults: FaultLog
  readonly now: () => number
}

/** The changes that can be made to documents; one at a time, each in one transaction. */
export interface Changes {
  /** What an intent would come to. Changes nothing. Throws {@link InvalidDocuments}, `conflict`. */
  readonly plan: (intent: Intent) => Extract<Plan, { kind: 'plan' }>
  /** Does it: one revision, published here at once. Throws {@link InvalidDocuments}, `conflict`, `not_ready`. */
  readonly apply: (intent: Intent, request: ChangeRequest) => Promise<Applied>
  /** Makes the documents of an old revision count again; what Git owns stays as Git says. Throws `not_found` too. */
  readonly rollback: (number: number, request: ChangeRequest) => Promise<Applied>
  /** Catches up with the newest revision in the database. Says whether there was one to catch up with. */
  readonly follow: () => Promise<boolean>
}

/** Makes the changes of one policy. */
export function changesOf(tools: ChangeTools): Changes {
  const { holder, kinds } = tools
  let last: Promise<unknown> = Promise.resolve()
  const oneAtATime = <T>(task: () => Promise<T>): Promise<T> => {
    const run = last.then(task, task)
    last = run.catch(() => undefined)
    return run
  }
  const plan: Changes['plan'] = (intent) => accepted(planChanges(kinds, currentDocuments(holder), intent))
  return {
    plan,
    apply: (intent, request) =>
      oneAtATime(async () => {
        await ready(tools, request)
        const { next, changes, unchanged } = plan(intent)
        return commit(tools, { next, changes, unchanged, request })
      }),
    rollback: (number, request) =>
      oneAtATime(async () => {
        await ready(tools, request)
        const old = await storeOf(tools).get(number)
        if (!old) throw new GatewayError('not_found', { message: `There is no revision ${number}.` })
        const next = rolledBack(kinds, currentDocuments(holder), old)
        const before = new Map(currentDocuments(holder).documents.map((document) => [keyOf(document), document]))
        const changes = changesBetween(before, next)
        if (changes.length === 0 && isGitOwned(currentDocuments(holder))) {
          throw new GatewayError('conflict', {
            message: `Nothing was rolled back: what differs from revision ${number} is owned by Git. Roll it back there.`,
          })
        }
        return commit(tools, { next, changes, unchanged: next.documents.length - changes.length, request })
      }),
    follow: () => oneAtATime(() => catchUp(tools)),
  }
}

function isGitOwned(documents: DocumentSet): boolean {
  return documents.documents.some((document) => document.owner.startsWith('git:'))
}

/** The documents that count now; none before the first publication. */
export function currentDocuments(holder: SnapshotHolder): DocumentSet {
  return holder.peek()?.documents ?? documentSetOf([])
}

function storeOf(tools: ChangeTools): RevisionStore {
  if (tools.store) return tools.store
  throw new GatewayError('not_ready', {
    message: 'The database is away; documents cannot be changed until it is back.',
  })
}

async function ready(tools: ChangeTools, { ifRevision, guard }: ChangeRequest): Promise<void> {
  await catchUp(tools)
  const current = tools.holder.peek()
  if (ifRevision !== undefined && ifRevision !== String(current?.number ?? 0) && ifRevision !== current?.revision) {
    throw new GatewayError('conflict', {
      message: `The documents have changed since revision ${ifRevision}. Plan again, then apply.`,
    })
  }
  guard?.(currentDocuments(tools.holder))
}

function accepted(plan: Plan): Extract<Plan, { kind: 'plan' }> {
  if (plan.kind === 'plan') return plan
  if (plan.kind === 'invalid') throw new InvalidDocuments(plan.problems)
  const [first] = plan.documents
  const where = first?.origin.file ?? first?.owner.slice('git:'.length) ?? 'Git'
  throw new GatewayError('conflict', {
    message: `${first?.kind} ${first?.name} is owned by Git and can only be changed in ${where}.`,
    facts: { owner: first?.owner ?? 'git', file: where },
  })
}

interface Commit {
  readonly next: DocumentSet
  readonly changes: readonly Change[]
  readonly unchanged: number
  readonly request: ChangeRequest
}

async function commit(tools: ChangeTools, { next, changes, unchanged, request }: Commit): Promise<Applied> {
  const current = tools.holder.peek()
  if (changes.length === 0 && current) {
    return { number: current.number, revision: current.revision, changes, unchanged }
  }
  const expected = current?.number ?? 0
  const at = tools.now()
  // INVARIANT: what cannot be compiled is never written, so no revision can stop a gate from starting.
  const snapshot = tools.compile(next, { number: expected + 1, publishedAt: at })
  refuseLockOut(current, snapshot, at)
  request.permit?.(changes, { before: current, after: snapshot })
  await tools.holder.ready(snapshot)
  const { author, reason, origin } = request
  const documents = storedText(next.documents)
  const before = currentDocuments(tools.holder)
  const told = { author, reason, origin, number: expected + 1, before, after: next, changes }
  const also = async (tables: Tables): Promise<void> => {
    await request.also?.(tables)
    const bound = (await tools.bindings?.bind(tables, usesToBind(tools.bindings, before, next))) ?? []
    await tools.audit?.append(tables, ...auditEntriesOf({ ...told, bound }))
  }
  await storeOf(tools).append(expected, { at, author, reason, hash: next.revision, documents }, also)
  tools.holder.swap(snapshot)
  await keepBack(tools, next)
  await keep(tools, { number: snapshot.number, at, hash: next.revision, documents })
  return { number: snapshot.number, revision: next.revision, changes, unchanged }
}

async function catchUp(tools: ChangeTools): Promise<boolean> {
  const store = storeOf(tools)
  const held = tools.holder.peek()?.number ?? 0
  if ((await store.newestNumber()) <= held) return false
  const newest = await store.newest()
  if (!newest || newest.number <= held) return false
  const documents = valid(tools.kinds, newest)
  await keepBack(tools, documents)
  await tools.holder.publish(documents, { number: newest.number, publishedAt: tools.now() })
  await keep(tools, newest)
  return true
}

/** What a change brings in, and what was never bound; what stood there before and is foreign does not become right by it. */
function usesToBind(bindings: Bindings, before: DocumentSet, next: DocumentSet): readonly SecretUse[] {
  return [...addedUses(before, next), ...credentialUses(next).filter(({ ref }) => bindings.hosts(ref).length === 0)]
}

/**
 * Whoever writes a revision into the database and not through a change could have a secret sent to a host of their own:
 * what is bound to other hosts is kept back until documents are what they should be.
 */
export async function keepBack(
  { bindings, withhold, faults }: Pick<ChangeTools, 'bindings' | 'withhold' | 'faults'>,
  documents: DocumentSet,
): Promise<void> {
  if (!bindings) return
  await bindings.load()
  const foreign = bindings.foreign(credentialUses(documents))
  withhold?.(foreign.map(({ ref }) => ref))
  if (foreign.length === 0) return faults.clear('credentials')
  const told = foreign.map(({ ref, host }) => `${ref} may not be sent to ${host}`)
  faults.add('credentials', new Error(told.join('; ')))
}

/** The documents of a kept revision. Throws {@link InvalidDocuments} when this release cannot read them. */
export function valid(kinds: readonly Kind[], revision: Pick<Revision, 'documents'>): DocumentSet {
  const sources = { documents: toSources(readStored(revision.documents)), problems: [] }
  const result = validate(kinds, sources, { apiVersion: 'optional' })
  if (!result.valid) throw new InvalidDocuments(result.problems)
  return result.documents
}

function rolledBack(kinds: readonly Kind[], current: DocumentSet, old: Revision): DocumentSet {
  const known = current.documents.filter((document) => partyOf(document) === 'git')
  const claimed = new Set(known.map(keyOf))
  const wanted = valid(kinds, old).documents.filter(
    (document) => partyOf(document) !== 'git' && !claimed.has(keyOf(document)),
  )
  const result = validate(kinds, { documents: [], problems: [] }, { known: [...known, ...wanted] })
  if (!result.valid) throw new InvalidDocuments(result.problems)
  return result.documents
}

async function keep(
  tools: ChangeTools,
  revision: Pick<Revision, 'number' | 'at' | 'hash' | 'documents'>,
): Promise<void> {
  try {
    const { number, hash, documents } = revision
    await tools.lastGood.write({ number, hash, publishedAt: tools.now(), documents })
    tools.faults.clear('last-good')
  } catch (cause) {
    tools.faults.add('last-good', cause)
  }
}
