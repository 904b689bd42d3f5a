import { type Problem, problemAt, type Source } from './source.ts'
import { localNames, memberOf, type Node, nameOf, walk } from './walk.ts'

/** A thing of the outside world that only a few files may touch. */
interface Owner {
  readonly what: string
  readonly allowed: RegExp
  /** Packages or built-in modules that are this thing. */
  readonly modules?: RegExp
  /** Globals that are it when they are called. */
  readonly calls?: readonly string[]
  /** `Object.member` pairs that are it. */
  readonly members?: readonly string[]
  /** Globals that are it however they are used. */
  readonly globals?: readonly string[]
}

const OWNERS: readonly Owner[] = [
  { what: 'SQL', allowed: /\.store\.ts$|^src\/platform\/storage\//, modules: /^kysely(\/|$)/ },
  { what: 'a database driver', allowed: /^src\/platform\/storage\//, modules: /^(pg|pg-.*|bun:sqlite|node:sqlite)$/ },
  {
    what: 'the Redis client',
    allowed: /^src\/platform\/coordination\//,
    modules: /^(ioredis|redis)$/,
    members: ['Bun.redis', 'Bun.RedisClient'],
  },
  {
    what: 'the network',
    allowed: /^src\/platform\/egress\/|^src\/server\/listener\.ts$/,
    modules: /^(node:)?(http|https|http2|net|tls|dgram|dns|dns\/promises)$|^(undici|ws|axios)$/,
    calls: ['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest'],
    members: ['globalThis.fetch', 'Bun.fetch', 'Bun.serve', 'Bun.listen', 'Bun.connect', 'Bun.udpSocket'],
  },
  { what: 'Bun', allowed: /^src\/(platform|server)\//, modules: /^bun(:.*)?$/, globals: ['Bun'] },
  {
    what: 'the environment',
    allowed: /^src\/platform\/config\//,
    members: ['process.env', 'Bun.env', 'import.meta.env'],
  },
  {
    what: 'the time',
    allowed: /^src\/lib\/clock\.ts$/,
    modules: /^(node:)?timers(\/promises)?$/,
    calls: ['setTimeout', 'setInterval', 'setImmediate'],
    members: ['Date.now', 'performance.now', 'process.hrtime', 'AbortSignal.timeout', 'Bun.sleep', 'Bun.nanoseconds'],
  },
  {
    what: 'chance',
    allowed: /^src\/lib\/random\.ts$/,
    members: ['Math.random', 'crypto.randomUUID', 'crypto.getRandomValues', 'Bun.randomUUIDv7'],
  },
]

/** Each owner's thing stays with its owner. Tests may touch them all. */
export function owners(source: Source): readonly Problem[] {
  if (source.isTest || !source.path.startsWith('src/')) return []
  const foreign = OWNERS.filter((owner) => !owner.allowed.test(source.path))
  const byModule = foreign.flatMap((owner) =>
    source.imports
      .filter((entry) => owner.modules?.test(entry.specifier))
      .map((entry) => problemAt(source, entry, say(owner, entry.specifier))),
  )
  return [...byModule, ...byUse(source, foreign)]
}

function byUse(source: Source, foreign: readonly Owner[]): readonly Problem[] {
  const isLocal = localNames()
  const imported = new Set(importedNames(source.program))
  const problems: Problem[] = []
  walk(source.program, (node, ancestors) => {
    for (const owner of foreign) {
      const used = usedGlobal(owner, node, ancestors)
      if (used === undefined) continue
      const root = used.split('.')[0] ?? used
      if (!imported.has(root) && !isLocal(root, ancestors)) problems.push(problemAt(source, node, say(owner, used)))
    }
  })
  return problems
}

/** The global that the node uses and the owner owns, as written: `Date.now`, `fetch`. */
function usedGlobal(owner: Owner, node: Node, ancestors: readonly Node[]): string | undefined {
  const member = memberOf(node)
  if (member && owner.members?.includes(`${member.object}.${member.property}`))
    return `${member.object}.${member.property}`
  if (node.type === 'NewExpression' && owner.what === 'the time' && nameOf(node.callee) === 'Date') {
    return Array.isArray(node.arguments) && node.arguments.length === 0 ? 'Date' : undefined
  }
  const name = nameOf(node)
  if (name === undefined) return undefined
  const parent = ancestors.at(-1)
  if (owner.globals?.includes(name)) return isReference(node, parent) ? name : undefined
  if (!owner.calls?.includes(name) || !parent) return undefined
  return (parent.type === 'CallExpression' || parent.type === 'NewExpression') && parent.callee === node
    ? name
    : undefined
}

/** An identifier that stands for a value or a namespace, not a property's or key's name. */
function isReference(node: Node, parent: Node | undefined): boolean {
  if (parent?.type === 'MemberExpression') return parent.object === node || parent.computed === true
  if (parent?.type === 'Property' || parent?.type === 'PropertyDefinition' || parent?.type === 'TSPropertySignature') {
    return parent.key !== node || parent.shorthand === true
  }
  return true
}

function importedNames(program: Node): readonly string[] {
  const names: string[] = []
  walk(program, (node) => {
    if (/^Import(Default|Namespace)?Specifier$/.test(node.type)) names.push(nameOf(node.local) ?? '')
  })
  return names
}

function say(owner: Owner, used: string): { rule: string; message: string } {
  return { rule: 'owner', message: `${used} is ${owner.what}, which this file does not own` }
}
