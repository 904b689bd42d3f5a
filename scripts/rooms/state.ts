import { type Problem, problemAt, type Source } from './source.ts'
import { boundNames, children, isFunction, isNode, localNames, type Node, nameOf, walk } from './walk.ts'

const MUTATING = /^(set|add|delete|clear|push|pop|shift|unshift|splice|sort|reverse|fill|copyWithin)$/
const COLLECTIONS: readonly string[] = ['Map', 'Set', 'WeakMap', 'WeakSet', 'Array']

/**
 * No mutable state at module level: no `let` or `var`; no collection that starts empty (it can only be there to be
 * filled) or is changed anywhere in the file; and what is exported is frozen, `as const`, or typed as read-only.
 */
export function state(source: Source): readonly Problem[] {
  if (source.isTest || !/^(src|web)\//.test(source.path)) return []
  const declared = moduleVariables(source.program)
  const changed = changedNames(source.program)
  return declared.flatMap(({ kind, declarator, exported }) => {
    const say = (message: string) => [problemAt(source, declarator, { rule: 'state', message })]
    const names = boundNames(declarator.id)
    if (kind === 'let' || kind === 'var') return say(`\`${kind}\` at module level: ${names.join(', ')}`)
    if (isEmptyCollection(declarator.init) && !isReadonlyType(annotationOf(declarator)))
      return say(`${names[0]} starts empty: a collection that is filled later is state`)
    const mutated = names.find((name) => changed.has(name))
    if (mutated !== undefined) return say(`${mutated} is changed after it is made`)
    if (exported && isMutableLiteral(declarator))
      return say(`${names[0]} is exported but can be changed: freeze it, \`as const\`, or a read-only type`)
    return []
  })
}

interface ModuleVariable {
  readonly kind: unknown
  readonly declarator: Node
  readonly exported: boolean
}

function moduleVariables(program: Node): readonly ModuleVariable[] {
  return children(program).flatMap((statement) => {
    const exported = statement.type === 'ExportNamedDeclaration'
    const declaration = exported ? statement.declaration : statement
    if (!isNode(declaration) || declaration.type !== 'VariableDeclaration' || declaration.declare === true) return []
    const declarators = children(declaration).filter((node) => node.type === 'VariableDeclarator')
    return declarators.map((declarator) => ({ kind: declaration.kind, declarator, exported }))
  })
}

/** Names of module variables into which the file writes: `x.y = 1`, `x[0]++`, `x.push(…)`, `delete x.y`. */
function changedNames(program: Node): ReadonlySet<string> {
  const isLocal = localNames()
  const changed = new Set<string>()
  walk(program, (node, ancestors) => {
    const target = writtenTarget(node)
    const root = target && rootName(target)
    if (root !== undefined && !isLocal(root, ancestors)) changed.add(root)
  })
  return changed
}

function writtenTarget(node: Node): Node | undefined {
  const written = node.type === 'AssignmentExpression' ? node.left : node.argument
  if (
    ['AssignmentExpression', 'UpdateExpression'].includes(node.type) ||
    (node.type === 'UnaryExpression' && node.operator === 'delete')
  ) {
    return isNode(written) && written.type === 'MemberExpression' ? written : undefined
  }
  if (node.type !== 'CallExpression' || !isNode(node.callee) || node.callee.type !== 'MemberExpression')
    return undefined
  return MUTATING.test(nameOf(node.callee.property) ?? '') && nameOf(node.callee.object) !== undefined
    ? node.callee
    : undefined
}

function rootName(member: Node): string | undefined {
  let at: unknown = member
  while (isNode(at) && (at.type === 'MemberExpression' || at.type === 'TSNonNullExpression'))
    at = at.object ?? at.expression
  return nameOf(at)
}

function isEmptyCollection(init: unknown): boolean {
  if (!isNode(init)) return false
  if (init.type === 'TSAsExpression' || init.type === 'TSSatisfiesExpression')
    return !isConst(init) && isEmptyCollection(init.expression)
  if (init.type === 'NewExpression') {
    const isCollection = COLLECTIONS.includes(nameOf(init.callee) ?? '')
    return isCollection && Array.isArray(init.arguments) && init.arguments.length === 0
  }
  return init.type === 'ArrayExpression' && Array.isArray(init.elements) && init.elements.length === 0
}

/** An unfrozen literal without a type that says it is read-only. A named interface or type is taken at its word. */
function isMutableLiteral(declarator: Node): boolean {
  const annotation = annotationOf(declarator)
  if (annotation) return isMutableType(annotation)
  return isLiteral(declarator.init)
}

function annotationOf(declarator: Node): Node | undefined {
  const written = isNode(declarator.id) ? declarator.id.typeAnnotation : undefined
  const annotation = isNode(written) ? written.typeAnnotation : undefined
  return isNode(annotation) ? annotation : undefined
}

function isReadonlyType(type: Node | undefined): boolean {
  if (type?.type === 'TSTypeOperator') return type.operator === 'readonly'
  return type?.type === 'TSTypeReference' && /^Readonly/.test(nameOf(type.typeName) ?? '')
}

function isMutableType(type: Node): boolean {
  if (type.type === 'TSArrayType' || type.type === 'TSTupleType') return true
  return (
    type.type === 'TSTypeReference' &&
    ['Map', 'Set', 'Array', 'Record', 'WeakMap', 'WeakSet'].includes(nameOf(type.typeName) ?? '')
  )
}

function isLiteral(init: unknown): boolean {
  if (!isNode(init) || isFunction(init) || isConst(init)) return false
  if (init.type === 'TSSatisfiesExpression') return isLiteral(init.expression)
  if (init.type === 'NewExpression') return COLLECTIONS.includes(nameOf(init.callee) ?? '')
  return init.type === 'ObjectExpression' || init.type === 'ArrayExpression'
}

function isConst(node: Node): boolean {
  if (node.type === 'TSSatisfiesExpression') return isNode(node.expression) && isConst(node.expression)
  const type = node.type === 'TSAsExpression' ? node.typeAnnotation : undefined
  return isNode(type) && type.type === 'TSTypeReference' && nameOf(type.typeName) === 'const'
}
