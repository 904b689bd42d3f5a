import { GatewayError } from '../lib/errors.ts'
import { type Document, type DocumentSet, type Kind, printYaml } from '../platform/documents/index.ts'
import type { ChangeOrigin } from './audited.ts'
import {
  type Applied,
  type ChangeRequest,
  type Changes,
  changesOf,
  currentDocuments,
  type Permit,
  valid,
} from './changes.ts'
import { compiler } from './compile.ts'
import { type Foresight, type ForesightOptions, foreseer } from './foresee.ts'
import { faultLog, type SnapshotHolder, snapshotHolder } from './holder.ts'
import { POLICY_KINDS } from './kinds.ts'
import { lastGoodFile } from './last-good.ts'
import type { PolicyOptions, PolicyStatus } from './options.ts'
import type { Intent } from './plan.ts'
import { type RevisionStore, type RevisionSummary, revisionStore } from './revisions.store.ts'
import { starting } from './start.ts'
import { etagOf } from './stored.ts'

/** A document to be written through the API. */
export interface PutDocument {
  /** The whole document as JSON. */
  readonly document: unknown
  readonly author: string
  readonly origin?: ChangeOrigin | undefined
  /** The entity tag of the document that is to be replaced, `*` for whichever; another one stands there: `conflict`. */
  readonly ifMatch?: string
  /** Refuse when there is one already. */
  readonly ifAbsent?: boolean
  readonly permit?: Permit | undefined
  readonly also?: ChangeRequest['also']
  /** Why, for the list of revisions and the audit log; what is done when absent. */
  readonly reason?: string
}

/** A document to be deleted through the API. */
export interface DeleteDocument {
  readonly kind: string
  readonly name: string
  readonly author: string
  readonly origin?: ChangeOrigin | undefined
  readonly ifMatch?: string
  readonly permit?: Permit | undefined
}

/** The documents of a revision and its number. */
export interface NumberedDocuments {
  readonly number: number
  readonly documents: DocumentSet
}

/** All of policy: the documents, their revisions, and the one snapshot that counts. */
export interface Policy extends Pick<Changes, 'plan' | 'apply' | 'rollback'> {
  readonly holder: SnapshotHolder
  readonly kinds: readonly Kind[]
  readonly documents: () => DocumentSet
  readonly find: (kind: string, name: string) => Document | undefined
  /** What an intent would change, for whom, and what it would have done to what was recorded. Changes nothing. */
  readonly foresee: (intent: Intent, options?: ForesightOptions) => Promise<Foresight>
  /** Creates or changes one document. Throws {@link InvalidDocuments}, `conflict`, `not_ready`. */
  readonly putDocument: (put: PutDocument) => Promise<Applied>
  /** Throws `not_found`, `conflict`, and {@link InvalidDocuments} when another document refers to it. */
  readonly deleteDocument: (remove: DeleteDocument) => Promise<Applied>
  /** All documents of a revision (the newest when absent) as YAML. Throws `not_found`. */
  readonly export: (revision?: number) => Promise<string>
  readonly revisions: RevisionStore['list']
  /** The hosts that a secret is bound to; empty when it is bound to none yet. */
  readonly boundHosts: (ref: string) => readonly string[]
  /** The documents that an operation was decided by, by the hash in its record; undefined when they are not kept. */
  readonly documentsAt: (hash: string) => Promise<NumberedDocuments | undefined>
  readonly status: () => PolicyStatus
  /** Loads what holds, sets up what a fresh start needs, reads the policy directory, and goes on watching both. */
  readonly start: () => Promise<{ readonly fresh: boolean }>
  /** Reads the policy directory again if it changed; for those who do not want to wait. */
  readonly refresh: () => Promise<void>
  readonly stop: () => void
}

/** Makes the policy of one process. Call `start` before anything else. */
export function createPolicy(options: PolicyOptions): Policy {
  const { clock, database } = options
  const faults = faultLog(clock.now, options.log)
  const compile = compiler(options.catalog)
  const holder = snapshotHolder({ compile, prefetch: options.prefetch, prepare: options.prepare, faults })
  const lastGood = lastGoodFile(options.dataDir)
  const store = database && revisionStore(database)
  const tools = {
    compile,
    kinds: POLICY_KINDS,
    store,
    audit: options.audit,
    bindings: options.bindings,
    withhold: options.withhold,
    holder,
    lastGood,
    faults,
    now: clock.now,
  }
  const changes = changesOf(tools)
  const life = starting({ ...options, ...tools, changes })
  const find = (kind: string, name: string) =>
    currentDocuments(holder).documents.find((document) => document.kind === kind && document.name === name)
  return {
    holder,
    kinds: POLICY_KINDS,
    documents: () => currentDocuments(holder),
    find,
    plan: changes.plan,
    foresee: foreseer({ changes, compile, holder, clock, ledger: options.ledger }),
    apply: changes.apply,
    rollback: changes.rollback,
    putDocument: (put) => putDocument(changes, put),
    deleteDocument: (remove) => deleteDocument(changes, remove),
    export: async (revision) => {
      if (revision === undefined)
        return printYaml(currentDocuments(holder).documents.map((document) => document.written))
      const kept = await stored(store).get(revision)
      if (!kept) throw new GatewayError('not_found', { message: `There is no revision ${revision}.` })
      return printYaml(valid(POLICY_KINDS, kept).documents.map((document) => document.written))
    },
    documentsAt: async (hash) => {
      const held = holder.peek()
      if (held?.revision === hash) return { number: held.number, documents: held.documents }
      const kept = await store?.withHash(hash)
      return kept && { number: kept.number, documents: valid(POLICY_KINDS, kept) }
    },
    boundHosts: (ref) => options.bindings?.hosts(ref) ?? [],
    revisions: (page): Promise<readonly RevisionSummary[]> => stored(store).list(page),
    status: () => {
      const held = holder.peek()
      const { number = 0, revision = '', publishedAt = 0 } = held ?? {}
      return { number, revision, publishedAt, startedFrom: life.startedFrom(), faults: faults.all() }
    },
    start: life.start,
    refresh: life.refresh,
    stop: life.stop,
  }
}

function stored(store: RevisionStore | undefined): RevisionStore {
  if (!store) throw new GatewayError('not_ready', { message: 'The database is away.' })
  return store
}

function putDocument(changes: Changes, put: PutDocument): Promise<Applied> {
  const { document, author, origin, ifMatch, ifAbsent, permit, also } = put
  const { kind, name } = named(document)
  const file = `${kind}/${name}`
  const source = { file, owner: 'console', line: 1, value: document, place: () => ({ line: 1, column: 1 }) }
  const guard = (current: DocumentSet) => {
    const there = current.documents.find((item) => item.kind === kind && item.name === name)
    if (ifAbsent && there) throw new GatewayError('conflict', { message: `There is already a ${kind} named ${name}.` })
    if (ifMatch !== undefined) match(there, ifMatch)
  }
  const sources = { documents: [source], problems: [] }
  return changes.apply(
    { party: 'console', sources, apiVersion: 'optional' },
    { author, origin, reason: put.reason ?? `put ${file}`, guard, permit, also },
  )
}

function deleteDocument(changes: Changes, remove: DeleteDocument): Promise<Applied> {
  const { kind, name, author, origin, ifMatch, permit } = remove
  const guard = (current: DocumentSet) => {
    const there = current.documents.find((item) => item.kind === kind && item.name === name)
    if (!there) throw new GatewayError('not_found', { message: `There is no ${kind} named ${name}.` })
    if (ifMatch !== undefined) match(there, ifMatch)
  }
  const intent = { party: 'console', sources: { documents: [], problems: [] }, remove: [`${kind}/${name}`] } as const
  return changes.apply(intent, { author, origin, reason: `delete ${kind}/${name}`, guard, permit })
}

function match(there: Document | undefined, ifMatch: string): void {
  const tags = ifMatch.split(',').map((tag) => tag.trim())
  if (there && (tags.includes('*') || tags.includes(etagOf(there.written)))) return
  throw new GatewayError('conflict', {
    message: 'The document has changed since you read it. Read it again, then repeat.',
  })
}

function named(document: unknown): { readonly kind: string; readonly name: string } {
  const { kind, metadata } = Object(document) as { readonly kind?: unknown; readonly metadata?: unknown }
  const { name } = Object(metadata) as { readonly name?: unknown }
  return { kind: String(kind), name: String(name) }
}
