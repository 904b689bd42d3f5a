import type { Row } from './rows.ts'

/** Texts to learn from, which of them stand or fall together, and how texts are read. */
export interface Corpus {
  readonly rows: readonly Row[]
  /** Sources that share texts are one group: leaving one out leaves all out. */
  readonly groupOf: (row: Row) => string
  /** Tokens of the windows that a text is read in, besides the whole. */
  readonly windows: readonly number[]
}
