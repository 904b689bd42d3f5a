import { type Problem, type Sources, type ValidationOptions, validate } from '../platform/documents/index.ts'
import { POLICY_KINDS } from './kinds.ts'
import { claimOf } from './stored.ts'
import { systemDocuments } from './system.ts'

/** What a check of documents came to. */
export type Check =
  | { readonly valid: true; readonly count: number }
  | { readonly valid: false; readonly problems: readonly Problem[] }

/** Any digest: who checks documents has no bootstrap key. */
const NO_KEY = '0'.repeat(64)

/** Documents with those that a fresh gateway begins with, where none of the same kind and name stands in their place. */
export function withSystem(sources: Sources): Sources {
  const claimed = new Set(sources.documents.map((source) => claimOf(source.value)))
  const system = systemDocuments(NO_KEY).documents.filter((source) => !claimed.has(claimOf(source.value)))
  return { documents: [...sources.documents, ...system], problems: sources.problems }
}

/** Checks documents by themselves, as if they were applied to a fresh gateway: with the documents it begins with. */
export function checkDocuments(sources: Sources, options: ValidationOptions = {}): Check {
  const result = validate(POLICY_KINDS, withSystem(sources), options)
  return result.valid ? { valid: true, count: sources.documents.length } : result
}
