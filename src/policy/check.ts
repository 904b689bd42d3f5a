import { type Problem, type Sources, type ValidationOptions, validate } from '../platform/documents/index.ts'
import { adviceOn, priceAdvice } from './advice.ts'
import type { Compile } from './compile.ts'
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

/** What is valid in documents and most likely not meant; nothing while they are not valid. */
export function adviceOnSources(
  sources: Sources,
  { compile, nowMs }: { readonly compile: Compile; readonly nowMs: number },
): readonly Problem[] {
  const result = validate(POLICY_KINDS, withSystem(sources), { apiVersion: 'optional' })
  if (!result.valid) return []
  const { documents } = result
  return [...adviceOn(documents, nowMs), ...priceAdvice(compile(documents, { number: 1, publishedAt: nowMs }))]
}
