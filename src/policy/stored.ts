import { type Document, digestOf, type SourceDocument } from '../platform/documents/index.ts'

/** A document as it is kept in a revision and on disk: what was written, and whose it is. */
export interface StoredDocument {
  readonly owner: string
  readonly file?: string
  readonly line?: number
  readonly written: unknown
}

/** A valid document in the form in which it is kept. */
export function toStored(document: Document): StoredDocument {
  return { owner: document.owner, ...document.origin, written: document.written }
}

/** The text in which documents are kept. */
export function storedText(documents: readonly Document[]): string {
  return JSON.stringify(documents.map(toStored))
}

/** The kind and the name that a document claims, whether or not it is valid: `Kind/name`, or undefined. */
export function claimOf(value: unknown): string | undefined {
  if (!isRecord(value) || !isRecord(value.metadata)) return undefined
  const { kind } = value
  const { name } = value.metadata
  return typeof kind === 'string' && typeof name === 'string' ? `${kind}/${name}` : undefined
}

/** Kept documents as sources to validate anew; their places are those of the files they came from. */
export function toSources(stored: readonly StoredDocument[]): readonly SourceDocument[] {
  return stored.map(({ owner, file, line = 1, written }) => ({
    file: file ?? claimOf(written) ?? 'document',
    owner,
    line,
    value: written,
    place: () => ({ line, column: 1 }),
  }))
}

/** Reads the text in which documents are kept. Throws `SyntaxError` or `TypeError` when it is not such a text. */
export function readStored(text: string): readonly StoredDocument[] {
  const values: unknown = JSON.parse(text)
  if (!Array.isArray(values)) throw new TypeError('kept documents must be a list')
  return values.map((value: unknown) => {
    if (!isRecord(value) || typeof value.owner !== 'string') throw new TypeError('a kept document has no owner')
    const { owner, file, line, written } = value
    return {
      owner,
      ...(typeof file === 'string' ? { file } : {}),
      ...(typeof line === 'number' ? { line } : {}),
      written,
    }
  })
}

/** Whether two documents are the same, in content and in owner. */
export function sameDocument(one: Document, other: Document): boolean {
  return one.digest === other.digest && one.owner === other.owner
}

/** The entity tag of a document: changes exactly when its content does. */
export function etagOf(written: unknown): string {
  return `"${digestOf(written).slice(0, 32)}"`
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
