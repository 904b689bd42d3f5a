import type { Features } from './features.ts'
import type { Weights } from './weights.ts'
import { forEachStretch } from './windows.ts'

/** Where in a text something was found, in UTF-16 code units, and how sure: 0 to 1. */
export interface ScoredSpan {
  readonly start: number
  readonly end: number
  readonly score: number
}

/** Scores a text that was read into features. */
export interface TextModel {
  /** The best stretch of the text; undefined for a text without words. */
  readonly best: (features: Features) => ScoredSpan | undefined
}

/** Makes a model ready: a buffer for the sums of one text at a time, grown to the longest. */
export function textModel(weights: Weights): TextModel {
  let sums = new Float64Array(1_024)
  const { values, scale, bias, center, spread, windows } = weights
  return {
    best: ({ tokens, ids, until }) => {
      const { count } = tokens
      if (count === 0) return undefined
      if (sums.length <= count) sums = new Float64Array(2 * count)
      let sum = 0
      let at = 0
      for (let token = 0; token < count; token++) {
        const end = until[token] as number
        for (; at < end; at++) sum += values[ids[at] as number] as number
        sums[token + 1] = sum
      }
      let raw = -Infinity
      let first = 0
      let last = count
      forEachStretch(sums, { count, windows }, (from, to, score) => {
        if (score <= raw) return
        raw = score
        first = from
        last = to
      })
      const score = 1 / (1 + Math.exp((center - bias - raw * scale) / spread))
      return { start: tokens.start[first] as number, end: tokens.end[last - 1] as number, score }
    },
  }
}
