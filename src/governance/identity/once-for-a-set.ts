import type { DocumentSet } from '../../platform/documents/index.ts'

/**
 * A function of a document set that is worked out once for each set and forgotten with it. Sets never change, so this
 * is a memo and no state; without it a question asked of every document about all the others would be quadratic.
 */
export function onceForASet<T>(make: (documents: DocumentSet) => T): (documents: DocumentSet) => T {
  const made = new WeakMap<DocumentSet, { readonly value: T }>()
  return (documents) => {
    const known = made.get(documents)
    if (known) return known.value
    const value = make(documents)
    made.set(documents, { value })
    return value
  }
}
