import { type Problem, problemAt, type Source } from './source.ts'
import { isFunction, isNode, nameOf, walk } from './walk.ts'

const MAX_FILE_LINES = 500
const MAX_FUNCTION_LINES = 70

/** A function and its length in lines, its nested functions included. */
export interface FunctionSize {
  readonly name: string
  readonly start: number
  readonly lines: number
}

/** Files of at most 500 lines, functions of at most 70 (tests group their cases in long functions: only files count). */
export function size(source: Source): readonly Problem[] {
  const long = source.lines > MAX_FILE_LINES
  const file = {
    path: source.path,
    line: MAX_FILE_LINES + 1,
    rule: 'size',
    message: `${source.lines} lines; at most ${MAX_FILE_LINES}`,
  }
  if (source.isTest) return long ? [file] : []
  const functions = functionSizes(source).filter((entry) => entry.lines > MAX_FUNCTION_LINES)
  const problems = functions.map((entry) =>
    problemAt(source, entry, {
      rule: 'size',
      message: `${entry.name} has ${entry.lines} lines; at most ${MAX_FUNCTION_LINES}`,
    }),
  )
  return long ? [file, ...problems] : problems
}

/** Every function of a file with its length. */
export function functionSizes(source: Source): readonly FunctionSize[] {
  const found: FunctionSize[] = []
  walk(source.program, (node, ancestors) => {
    if (!isFunction(node)) return
    const parent = ancestors.at(-1)
    const named = [node.id, parent?.id, parent?.key].map(nameOf).find((name) => name !== undefined)
    const lines = source.lineAt(node.end) - source.lineAt(node.start) + 1
    if (isNode(node.body)) found.push({ name: named ?? 'a function', start: node.start, lines })
  })
  return found
}
