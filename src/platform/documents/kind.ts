import type { z } from 'zod'

/** Steps from a document's `spec` (or from the document itself) to a value inside it. */
export type Path = readonly (string | number)[]

/** A name in a document that must be the name of another document. */
export interface Reference {
  /** Where the name stands, within `spec`. */
  readonly at: Path
  /** The kind, or the kinds of which one must have a document of this name. */
  readonly kind: string | readonly string[]
  readonly name: string
}

/** Something wrong at a place within a document's `spec`. */
export interface ProblemAt {
  readonly at: Path
  readonly message: string
  /** What to write instead: one sentence. */
  readonly hint?: string
}

/** Where a document was written. Lines count from 1. */
export interface Origin {
  readonly file?: string
  readonly line?: number
}

/** One valid document; deeply frozen. */
export interface Document<S = unknown> {
  readonly kind: string
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  /** Parsed: defaults filled in, units converted. */
  readonly spec: S
  /** The whole document as JSON, as written: `{apiVersion, kind, metadata, spec}`. */
  readonly written: unknown
  readonly origin: Origin
  /** SHA-256 (hex) of the canonical JSON of `written`. */
  readonly digest: string
  /** Who may change it: `console`, `system`, or `git:<path>`. */
  readonly owner: string
}

/** What documents a set holds, by kind and name, and the hash of them all. */
export interface DocumentSet {
  /** All documents of a kind, ordered by name. */
  all<S>(kind: Kind<S>): readonly Document<S>[]
  get<S>(kind: Kind<S>, name: string): Document<S> | undefined
  /** Every document, ordered by kind and name. */
  readonly documents: readonly Document[]
  /** SHA-256 (hex) over the digests of all documents: equal documents, equal revision. */
  readonly revision: string
}

/** Which names a kind allows: `plain` (`claims-portal`, `ann@example.com`) or `path` (also `meta/Llama-3.3:70b`). */
export type NameRule = 'plain' | 'path'

/** What a room says about a kind of document that it offers. */
export interface KindDeclaration<S> {
  /** The value of `kind:`; one capitalised word. */
  readonly kind: string
  /** One sentence for the reference page and for editors. */
  readonly summary: string
  /** The schema of `spec`; objects in it are strict. */
  readonly schema: z.ZodType<S>
  /** `plain` when absent, but for Model and Pricing, whose names are model names. */
  readonly names?: NameRule
  /** The names of other documents that this one uses; each is checked to exist. */
  references?(spec: S): readonly Reference[]
  /** What the schema alone cannot see; called only when the whole set passed its schemas. */
  problems?(document: Document<S>, documents: DocumentSet): readonly ProblemAt[]
  /** A working document as YAML, for the reference page and the tests. */
  readonly example: string
}

/** A kind of document: one declaration with five faces (validation, compilation, JSON Schema, form, reference page). */
export interface Kind<S = unknown> extends KindDeclaration<S> {
  readonly names: NameRule
}

const PATH_NAMED = new Set(['Model', 'Pricing'])

/** Declares a kind. Throws `TypeError` when the kind's own name is not one capitalised word. */
export function defineKind<S>(declaration: KindDeclaration<S>): Kind<S> {
  if (!/^[A-Z][A-Za-z]{1,63}$/.test(declaration.kind)) throw new TypeError(`not a name of a kind: ${declaration.kind}`)
  const names = declaration.names ?? (PATH_NAMED.has(declaration.kind) ? 'path' : 'plain')
  return Object.freeze({ ...declaration, names })
}
