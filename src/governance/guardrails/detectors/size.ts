import { z } from 'zod'
import { defineDetector } from './detector.ts'

/** Texts of a call that are longer than a model or a budget should see. */
export const sizeDetector = defineDetector({
  name: 'size',
  subject: 'more text than is allowed here',
  options: {
    /** UTF-16 code units of one text. */
    maxCharacters: z.number().int().min(1).max(100_000_000).optional(),
    maxLines: z.number().int().min(1).max(10_000_000).optional(),
  },
  phases: ['input', 'tool-result', 'ingest'],
  // An answer that streams has no size until it has ended: its length is bounded by the call.
  channels: ['system', 'user', 'tool-result', 'document', 'tool-schema'],
  problem: ({ maxCharacters, maxLines }) =>
    maxCharacters === undefined && maxLines === undefined
      ? 'a check for size needs maxCharacters or maxLines'
      : undefined,
  compile: ({ maxCharacters = Infinity, maxLines = Infinity }) => ({
    rules: [],
    longestMatch: 0,
    findInOriginal: (text) => {
      const from = Math.min(maxCharacters, endOfLines(text, maxLines))
      return text.length > from ? [{ start: from, end: text.length, kind: 'TOO_LONG', score: 1 }] : []
    },
  }),
})

/** Where the last line that is allowed ends. */
function endOfLines(text: string, most: number): number {
  if (most === Infinity) return Infinity
  let at = -1
  for (let line = 0; line < most; line++) {
    at = text.indexOf('\n', at + 1)
    if (at < 0) return Infinity
  }
  return at
}
