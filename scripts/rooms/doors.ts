import { placeOf } from './plan.ts'
import { type Problem, problemAt, type Source } from './source.ts'
import { children, type Node } from './walk.ts'

const MAX_DOOR_LINES = 60

/** A room's `index.ts` only names what the room offers: no code, no `export *`, short. */
export function doors(source: Source): readonly Problem[] {
  if (placeOf(source.path)?.door !== source.path) return []
  const statements = children(source.program).filter((node) => node.type !== 'Hashbang')
  const wrong = statements.filter((node) => !namesOnly(node))
  const problems = wrong.map((node) => problemAt(source, node, { rule: 'door', message: sayWhy(node) }))
  if (source.lines <= MAX_DOOR_LINES) return problems
  const message = `${source.lines} lines; an index.ts has at most ${MAX_DOOR_LINES}`
  return [...problems, { path: source.path, line: MAX_DOOR_LINES + 1, rule: 'door', message }]
}

function namesOnly(node: Node): boolean {
  return node.type === 'ExportNamedDeclaration' && node.source !== null && node.source !== undefined
}

function sayWhy(node: Node): string {
  if (node.type === 'ExportAllDeclaration') return 'no `export *`: name what the room offers'
  return "an index.ts holds only `export { … } from './…'`"
}
