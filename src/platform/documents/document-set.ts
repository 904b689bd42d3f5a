import { canonicalJson, sha256Hex } from '../../lib/crypto.ts'
import type { Document, DocumentSet, Kind } from './kind.ts'

/** The hash of one document as written: SHA-256 (hex) of its canonical JSON. */
export function digestOf(written: unknown): string {
  return sha256Hex(canonicalJson(written))
}

/** The hash of documents, whatever order they came in: SHA-256 (hex) over the digests of them all, by kind and name. */
export function revisionOf(documents: readonly Document[]): string {
  return sha256Hex(
    inNameOrder(documents)
      .map((document) => document.digest)
      .join('\n'),
  )
}

function inNameOrder(documents: readonly Document[]): readonly Document[] {
  return documents.toSorted((a, b) => compare(a.kind, b.kind) || compare(a.name, b.name))
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Makes a set of valid documents. Of two with the same kind and name the first stays. */
export function documentSetOf(documents: readonly Document[]): DocumentSet {
  const byKind = new Map<string, Map<string, Document>>()
  for (const document of inNameOrder(documents)) {
    const named = byKind.get(document.kind) ?? new Map<string, Document>()
    byKind.set(document.kind, named)
    if (!named.has(document.name)) named.set(document.name, document)
  }
  const lists = new Map([...byKind].map(([kind, named]) => [kind, Object.freeze([...named.values()])]))
  const all = Object.freeze([...lists.values()].flat())
  return Object.freeze({
    // The casts are sound: a document is put under its kind only after that kind's schema made its spec.
    all: <S>(kind: Kind<S>) => (lists.get(kind.kind) ?? []) as readonly Document<S>[],
    get: <S>(kind: Kind<S>, name: string) => byKind.get(kind.kind)?.get(name) as Document<S> | undefined,
    documents: all,
    revision: revisionOf(all),
  })
}
