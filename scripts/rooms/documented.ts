import { type Problem, problemAt, type Source } from './source.ts'
import { boundNames, children, isNode, type Node, nameOf } from './walk.ts'

/** An exported declaration and whether a doc comment stands right above it. */
export interface Exported {
  readonly name: string
  readonly start: number
  readonly documented: boolean
}

/** Every exported thing of `src/` and `web/` says what it is. */
export function documented(source: Source): readonly Problem[] {
  return exportedThings(source)
    .filter((thing) => !thing.documented)
    .map((thing) =>
      problemAt(source, thing, { rule: 'doc', message: `${thing.name} is exported without a doc comment` }),
    )
}

/** The exported declarations of a file; overloads of one function count once. */
export function exportedThings(source: Source): readonly Exported[] {
  if (source.isTest || !/^(src|web)\//.test(source.path)) return []
  const seen = new Set<string>()
  return children(source.program).flatMap((node) => {
    if (node.type !== 'ExportNamedDeclaration' || !isNode(node.declaration)) return []
    const name = declaredName(node.declaration)
    if (seen.has(name)) return []
    seen.add(name)
    return [{ name, start: node.start, documented: hasDoc(source, node) }]
  })
}

function declaredName(declaration: Node): string {
  if (declaration.type !== 'VariableDeclaration') return nameOf(declaration.id) ?? 'this'
  return children(declaration)
    .flatMap((declarator) => boundNames(declarator.id))
    .join(', ')
}

function hasDoc(source: Source, node: Node): boolean {
  return source.comments.some(
    (comment) =>
      comment.type === 'Block' &&
      comment.value.startsWith('*') &&
      comment.end <= node.start &&
      /^\s*$/.test(source.text.slice(comment.end, node.start)),
  )
}
