import { parseSource } from '../rooms/source.ts'
import { isFunction, isNode, memberOf, type Node, nameOf, walk } from '../rooms/walk.ts'

/** Calls in `pass` that are no steps of the story: they only turn a cause into an error. */
const NO_STEPS: readonly string[] = ['toGatewayError']

/** The steps that `pass` takes, in the order in which they are called, each once. */
export function stepsOfCode(path: string, text: string): readonly string[] {
  const pass = findFunction(parseSource(path, text).program, 'pass')
  if (!pass) return []
  const calls: { readonly name: string; readonly end: number }[] = []
  walk(pass, (node) => {
    const name = node.type === 'CallExpression' && isNode(node.callee) ? calledName(node.callee) : undefined
    // An argument is evaluated before the call it stands in, and ends before it.
    if (name !== undefined && !NO_STEPS.includes(name)) calls.push({ name, end: node.end })
  })
  return [...new Set(calls.sort((left, right) => left.end - right.end).map((call) => call.name))]
}

/** The steps that the page tells, in its order: headings such as "## 3. `decode` — what is asked". */
export function stepsOfPage(text: string): readonly string[] {
  return [...text.matchAll(/^## \d+\. `(\w+)`/gm)].map((match) => match[1] ?? '')
}

/** The codes that the page does not name. */
export function untoldCodes(text: string, codes: readonly string[]): readonly string[] {
  return codes.filter((code) => !text.includes(`\`${code}\``))
}

function findFunction(program: Node, name: string): Node | undefined {
  let found: Node | undefined
  walk(program, (node) => {
    if (isFunction(node) && nameOf(node.id) === name) found ??= node
  })
  return found
}

function calledName(callee: Node): string | undefined {
  return nameOf(callee) ?? memberOf(callee)?.property
}
