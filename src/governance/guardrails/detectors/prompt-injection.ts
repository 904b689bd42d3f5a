import type { ModelName } from '../models/small-models.ts'
import type { CompiledDetector, DetectorContext } from './detector.ts'
import { defineDetector } from './detector.ts'

/** Findings less sure than this are not worth telling, whatever threshold a check has. */
const LEAST = 0.05

/** Attempts of a user to override the instructions of a model, to draw them out of it, or to put others in their place. */
export const promptInjectionDetector = defineDetector({
  name: 'prompt-injection',
  subject: 'what looks like an attempt to override the instructions of the model',
  options: {},
  phases: ['input'],
  channels: ['user'],
  compile: (_options, context) => byModel(context, { name: 'injection', kind: 'PROMPT_INJECTION' }),
})

interface Judged {
  readonly name: ModelName
  readonly kind: string
}

/** A detector that asks a small model for the most suspicious stretch of a text. */
function byModel({ models }: DetectorContext, { name, kind }: Judged): CompiledDetector {
  // The model is read and the first text is slow: neither in the first request.
  models.see(name, 'warm w\u00e4rm \u2014 \u6696')
  return {
    rules: [],
    longestMatch: 0,
    find: (text) => {
      const seen = models.see(name, text)
      return seen && seen.score >= LEAST ? [{ ...seen, kind }] : []
    },
  }
}
