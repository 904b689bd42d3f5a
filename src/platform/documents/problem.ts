import type { Path } from './kind.ts'

/** What a schema found wrong, in our words. */
export interface Finding {
  readonly path: Path
  /** Whether the field's name is at fault, and not its value. */
  readonly part: 'key' | 'value'
  readonly message: string
  readonly hint?: string
}

/** Something wrong in a document, at the place where it stands. Lines and columns count from 1. */
export interface Problem {
  readonly file: string
  readonly line: number
  readonly column: number
  /** Where in the document, for those who see it as a form: `spec.targets.0.provider`. */
  readonly path?: string
  /** What is wrong; no full stop. */
  readonly message: string
  /** What to do about it: one sentence. */
  readonly hint?: string
}

/** A problem as people and editors read it: `file:line:column: what is wrong. hint`. */
export function formatProblem(problem: Problem): string {
  const place = `${problem.file}:${problem.line}:${problem.column}`
  return `${place}: ${problem.message}.${problem.hint ? ` ${problem.hint}` : ''}`
}

/** Problems in reading order: by file, line and column. */
export function inReadingOrder(problems: readonly Problem[]): readonly Problem[] {
  return problems.toSorted(
    (a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) || a.line - b.line || a.column - b.column,
  )
}
