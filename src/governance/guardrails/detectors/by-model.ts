import type { ModelName } from '../models/small-models.ts'
import type { CompiledDetector, DetectorContext } from './detector.ts'

/** Findings less sure than this are not worth telling, whatever threshold a check has. */
const LEAST = 0.05

/** What a detector asks a model. */
export interface AskedModel {
  readonly name: ModelName
  /** What a finding is called; may look at the text. */
  readonly kind: string | ((text: string) => string | undefined)
  /** Characters that a stream holds back, so that the beginning of what is found has not gone out yet. */
  readonly heldBack?: number
}

/** A detector that asks a small model for the most suspicious stretch of a text. */
export function byModel({ models }: DetectorContext, { name, kind, heldBack = 0 }: AskedModel): CompiledDetector {
  // Reading the model and the first text are slow: neither in the first request.
  models.see(name, 'warm w\u00e4rm \u2014 \u6696')
  return {
    rules: [],
    longestMatch: heldBack,
    find: (text) => {
      const seen = models.see(name, text)
      if (!seen || seen.score < LEAST) return []
      const called = typeof kind === 'string' ? kind : kind(text)
      return called === undefined ? [] : [{ ...seen, kind: called }]
    },
  }
}
