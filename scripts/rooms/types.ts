import { type Problem, problemAt, type Source } from './source.ts'
import { walk } from './walk.ts'

const SUPPRESSION = /@ts-(ignore|expect-error|nocheck|check)\b/

/** No way around the compiler: no `any`, no `@ts-…`, no non-null `!`; and no default exports. */
export function types(source: Source): readonly Problem[] {
  const problems: Problem[] = source.comments
    .filter((comment) => SUPPRESSION.test(comment.value))
    .map((comment) => problemAt(source, comment, { rule: 'ts', message: 'a comment silences the compiler' }))
  walk(source.program, (node) => {
    if (node.type === 'TSAnyKeyword')
      problems.push(problemAt(source, node, { rule: 'any', message: '`any` switches the compiler off' }))
    if (node.type === 'TSNonNullExpression') {
      problems.push(problemAt(source, node, { rule: 'non-null', message: '`!` claims what it does not check' }))
    }
    if (node.type === 'ExportDefaultDeclaration') {
      problems.push(problemAt(source, node, { rule: 'default-export', message: 'export by name' }))
    }
  })
  return problems
}
