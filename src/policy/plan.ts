import {
  type Document,
  type DocumentSet,
  documentSetOf,
  type Kind,
  type Problem,
  type Sources,
  validate,
} from '../platform/documents/index.ts'
import { type FieldChange, fieldDiff } from './field-diff.ts'
import { claimOf, sameDocument } from './stored.ts'

/** Who wants a change: people and programs through the API, the directory that Git fills, or the product itself. */
export type Party = 'console' | 'git' | 'system'

/** What somebody wants of the documents. */
export interface Intent {
  readonly party: Party
  /** Documents to create or change. */
  readonly sources: Sources
  /** Documents to delete: `Kind/name`. */
  readonly remove?: readonly string[]
  /** Delete what this party owns and `sources` does not hold. */
  readonly prune?: boolean
  /** Take documents over that Git owned: for when the directory that filled them is gone for good. */
  readonly takeOver?: boolean
  /** Whether a file must say `apiVersion`; `required` when absent. */
  readonly apiVersion?: 'required' | 'optional'
}

/** What would happen to one document. */
export interface Change {
  readonly action: 'create' | 'change' | 'delete'
  readonly kind: string
  readonly name: string
  readonly owner: string
  /** The fields that change; for `create` and `delete` empty. */
  readonly fields: readonly FieldChange[]
}

/** What an intent comes to. */
export type Plan =
  | {
      readonly kind: 'plan'
      readonly changes: readonly Change[]
      /** Documents that stay as they are. */
      readonly unchanged: number
      /** All documents as they would be. */
      readonly next: DocumentSet
    }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] }
  | { readonly kind: 'owned'; readonly documents: readonly Document[] }

/** Compares an intent with the documents there are. Pure; changes nothing. */
export function planChanges(kinds: readonly Kind[], current: DocumentSet, intent: Intent): Plan {
  const wanted = new Set(intent.sources.documents.map((source) => claimOf(source.value)))
  const gone = new Set(intent.remove)
  const stays = (document: Document) => {
    const key = keyOf(document)
    return !wanted.has(key) && !gone.has(key) && !(intent.prune && partyOf(document) === intent.party)
  }
  const known = current.documents.filter(stays)
  const result = validate(kinds, intent.sources, { known, apiVersion: intent.apiVersion ?? 'required' })
  if (!result.valid) return { kind: 'invalid', problems: result.problems }
  const before = new Map(current.documents.map((document) => [keyOf(document), document]))
  const next = documentSetOf(result.documents.documents.map((document) => settle(intent.party, document, before)))
  const changes = changesBetween(before, next)
  if (intent.party !== 'git' && !intent.takeOver) {
    const owned = changes.flatMap((change) => {
      const document = before.get(keyOf(change))
      return document && partyOf(document) === 'git' ? [document] : []
    })
    if (owned.length > 0) return { kind: 'owned', documents: owned }
  }
  return { kind: 'plan', changes, unchanged: next.documents.length - changed(changes), next }
}

/** The changes from one set of documents to another, ordered by kind and name, deletions last. */
export function changesBetween(before: ReadonlyMap<string, Document>, next: DocumentSet): readonly Change[] {
  const changes: Change[] = []
  const left = new Map(before)
  for (const document of next.documents) {
    const old = left.get(keyOf(document))
    left.delete(keyOf(document))
    const { kind, name, owner } = document
    if (!old) changes.push({ action: 'create', kind, name, owner, fields: [] })
    else if (!sameDocument(old, document)) {
      const owners = old.owner === owner ? [] : [{ path: 'owner', before: old.owner, after: owner }]
      const fields = [...owners, ...fieldDiff(old.written, document.written)]
      changes.push({ action: 'change', kind, name, owner, fields })
    }
  }
  for (const { kind, name, owner } of left.values()) changes.push({ action: 'delete', kind, name, owner, fields: [] })
  return changes
}

/** `Kind/name`: what names a document among all. */
export function keyOf(document: { readonly kind: string; readonly name: string }): string {
  return `${document.kind}/${document.name}`
}

/** Who owns a document. */
export function partyOf(document: Document): Party {
  if (document.owner.startsWith('git:')) return 'git'
  return document.owner === 'system' ? 'system' : 'console'
}

/** Whoever writes what stands there already changes nothing, and so does not become its owner; only Git claims it. */
function settle(party: Party, document: Document, before: ReadonlyMap<string, Document>): Document {
  const old = before.get(keyOf(document))
  if (!old || old.digest !== document.digest) return document
  return party === 'git' && old.owner !== document.owner ? document : old
}

function changed(changes: readonly Change[]): number {
  return changes.filter((change) => change.action !== 'delete').length
}
