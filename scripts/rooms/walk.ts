/** A node of the syntax tree, as the parser gives it (ESTree with TypeScript); offsets in UTF-16 units. */
export interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [field: string]: unknown
}

/** Whether a value is a {@link Node}. */
export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string'
}

/** Calls `visit` on every node, parents first, with the chain of ancestors (nearest last). */
export function walk(root: Node, visit: (node: Node, ancestors: readonly Node[]) => void): void {
  const ancestors: Node[] = []
  const enter = (node: Node) => {
    visit(node, ancestors)
    ancestors.push(node)
    for (const child of children(node)) enter(child)
    ancestors.pop()
  }
  enter(root)
}

/** The direct child nodes. */
export function children(node: Node): readonly Node[] {
  const found: Node[] = []
  for (const value of Object.values(node)) {
    if (Array.isArray(value)) found.push(...value.filter(isNode))
    else if (isNode(value)) found.push(value)
  }
  return found
}

/** The name of an identifier node; `undefined` for anything else. */
export function nameOf(node: unknown): string | undefined {
  return isNode(node) && node.type === 'Identifier' && typeof node.name === 'string' ? node.name : undefined
}

/** `object.property` of a plain (not computed) member access, as two names. */
export function memberOf(node: Node): { readonly object: string; readonly property: string } | undefined {
  if (node.type !== 'MemberExpression' || node.computed === true) return undefined
  const object = nameOf(node.object)
  const property = nameOf(node.property)
  return object !== undefined && property !== undefined ? { object, property } : undefined
}

const FUNCTIONS: readonly string[] = ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']

/** Whether the node is a function of any spelling. */
export function isFunction(node: Node): boolean {
  return FUNCTIONS.includes(node.type)
}

/** Every name bound by a pattern: `{a, b: [c]}` binds `a` and `c`. */
export function boundNames(pattern: unknown): readonly string[] {
  if (!isNode(pattern)) return []
  if (pattern.type === 'Identifier') return typeof pattern.name === 'string' ? [pattern.name] : []
  if (pattern.type === 'Property') return boundNames(pattern.value)
  if (pattern.type === 'AssignmentPattern') return boundNames(pattern.left)
  if (pattern.type === 'RestElement') return boundNames(pattern.argument)
  if (pattern.type === 'TSParameterProperty') return boundNames(pattern.parameter)
  return children(pattern).flatMap(boundNames)
}

/** The names a function binds anywhere inside itself: parameters, variables, nested functions. */
function namesIn(owner: Node): ReadonlySet<string> {
  const names = new Set<string>()
  const add = (pattern: unknown) => {
    for (const name of boundNames(pattern)) names.add(name)
  }
  walk(owner, (node) => {
    if (isFunction(node) && Array.isArray(node.params)) for (const parameter of node.params) add(parameter)
    if (node.type === 'VariableDeclarator' || node.type === 'CatchClause') add(node.id ?? node.param)
    if (node.type === 'FunctionDeclaration') add(node.id)
  })
  return names
}

/** Tells whether a name means a local of an enclosing function rather than something of the module or the global. */
export function localNames(): (name: string, ancestors: readonly Node[]) => boolean {
  const known = new WeakMap<Node, ReadonlySet<string>>()
  const of = (owner: Node) => {
    const names = known.get(owner) ?? namesIn(owner)
    known.set(owner, names)
    return names
  }
  return (name, ancestors) => ancestors.some((ancestor) => isFunction(ancestor) && of(ancestor).has(name))
}
