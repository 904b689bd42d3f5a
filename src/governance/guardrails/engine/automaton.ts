import { SYMBOLS, type SymbolTable } from './symbols.ts'

/** How the beginning of a keyword at the end of an open text is treated. */
export const PREFIX_OF_NOTHING = 0
/** It may be the beginning of a match wherever it stands. */
export const PREFIX_ANYWHERE = 1
/** It may be the beginning of a match where a word may begin. */
export const PREFIX_OF_WORD = 2

/** A keyword and whose it is. */
export interface Keyword {
  readonly text: string
  /** The number of the rule that it wakes. */
  readonly rule: number
  /** One of the `PREFIX_…` constants. */
  readonly prefix: number
}

/**
 * Finds every keyword in one pass over a text (Aho and Corasick, 1975), with a dense table: one look-up a character. A run
 * of white space counts as one space.
 */
export interface Automaton {
  /**
   * Calls `hit` for every keyword with where it begins, and gives the state after the last character. A walk may go on
   * where one over the beginning of the text ended. A keyword that began before the text is none.
   */
  readonly walk: (text: string, hit: Hit, since?: WalkedSoFar) => number
  /** Visits every place at which a keyword could begin that the end of the text breaks off, by the state of the walk. */
  readonly unfinished: (text: string, state: number, visit: (at: number, prefix: number) => void) => void
}

/** How far a walk had come: the characters behind it, and the state it gave. */
export interface WalkedSoFar {
  readonly read: number
  readonly state: number
}

/** Told of a keyword: whose it is, and where it begins. */
export type Hit = (rule: number, start: number) => void

interface Arrival {
  readonly state: number
  readonly end: number
}

const START: WalkedSoFar = Object.freeze({ read: 0, state: 0 })
const SPACE = 32
const SMALL_FLAG = 0x8000
const LARGE_FLAG = 0x4000_0000

/** Builds the automaton. Memory: 2 bytes × the symbols in use × the characters of all keywords (4 beyond 32,768 of them). */
export function buildAutomaton(keywords: readonly Keyword[], symbols: SymbolTable): Automaton {
  const used = new Set<number>()
  for (const { text } of keywords) for (let at = 0; at < text.length; at++) used.add(symbols[text.charCodeAt(at)] ?? 0)
  const columnOfSymbol = new Uint8Array(SYMBOLS)
  let columns = 1
  for (const symbol of used) columnOfSymbol[symbol] = columns++
  const columnOf = symbols.map((symbol) => columnOfSymbol[symbol] ?? 0)
  const space = columnOfSymbol[SPACE] || -1
  const shape: Columns = { columnOf, columns, space }
  return runner(linked(trieOf(keywords, shape), shape), shape, keywords)
}

interface TrieNode {
  readonly children: Map<number, TrieNode>
  readonly depth: number
  /** Whether a space is on the way here, and whether it is the last step. */
  readonly spaced: boolean
  readonly onSpace: boolean
  /** Numbers of the keywords that end here. */
  readonly ends: number[]
  prefix: number
}

interface Columns {
  readonly columnOf: Uint8Array
  readonly columns: number
  /** The column of white space; -1 when no keyword has any. */
  readonly space: number
}

function trieOf(keywords: readonly Keyword[], { columnOf, space }: Columns): TrieNode {
  const root: TrieNode = { children: new Map(), depth: 0, spaced: false, onSpace: false, ends: [], prefix: 0 }
  const step = (from: TrieNode, column: number): TrieNode => {
    const onSpace = column === space
    return { children: new Map(), depth: from.depth + 1, spaced: from.spaced || onSpace, onSpace, ends: [], prefix: 0 }
  }
  keywords.forEach(({ text, prefix }, number) => {
    let at = root
    for (let place = 0; place < text.length; place++) {
      const column = columnOf[text.charCodeAt(place)] ?? 0
      const child = at.children.get(column) ?? step(at, column)
      at.children.set(column, child)
      child.prefix |= prefix
      at = child
    }
    at.ends.push(number)
  })
  return root
}

interface Linked {
  /** State × columns + column → state, and `flag` when keywords end there: one look-up says both. */
  readonly next: Uint16Array | Int32Array
  readonly flag: number
  readonly fail: Int32Array
  /** The nearest suffix of a state, itself among them, at which keywords end; 0 for none. */
  readonly report: Int32Array
  readonly nodes: readonly TrieNode[]
}

/** Turns the trie into the table: every missing step leads where the longest suffix leads. */
function linked(root: TrieNode, { columns, space }: Columns): Linked {
  // Numbered by depth: the states that are mostly visited lie together, and stay in the processor's cache.
  const nodes: TrieNode[] = [root]
  const numbers = new Map<TrieNode, number>()
  for (let number = 0; number < nodes.length; number++) {
    for (const child of nodes[number]?.children.values() ?? []) numbers.set(child, nodes.push(child) - 1)
  }
  const small = nodes.length < SMALL_FLAG
  const next = small ? new Uint16Array(nodes.length * columns) : new Int32Array(nodes.length * columns)
  const flag = small ? SMALL_FLAG : LARGE_FLAG
  const fail = new Int32Array(nodes.length)
  const report = new Int32Array(nodes.length)
  nodes.forEach((node, number) => {
    const suffix = fail[number] ?? 0
    report[number] = node.ends.length > 0 ? number : (report[suffix] ?? 0)
    if (number > 0) next.copyWithin(number * columns, suffix * columns, (suffix + 1) * columns)
    for (const [column, child] of node.children) {
      const target = numbers.get(child) ?? 0
      fail[target] = number === 0 ? 0 : (next[suffix * columns + column] ?? 0)
      next[number * columns + column] = target
    }
    // More white space behind white space changes nothing.
    if (node.onSpace) next[number * columns + space] = number
  })
  for (let slot = 0; slot < next.length; slot++) {
    const state = next[slot] ?? 0
    if (report[state] !== 0) next[slot] = state | flag
  }
  return { next, flag, fail, report, nodes }
}

function runner(
  { next, flag, fail, report, nodes }: Linked,
  { columnOf, columns, space }: Columns,
  keywords: readonly Keyword[],
): Automaton {
  const startOf = (text: string, end: number, node: TrieNode) => {
    if (!node.spaced) return end - node.depth
    let at = end
    for (let symbol = 0; symbol < node.depth; symbol++) {
      at--
      if (columnOf[text.charCodeAt(at)] !== space) continue
      while (at > 0 && columnOf[text.charCodeAt(at - 1)] === space) at--
    }
    return at
  }
  const tell = (text: string, { state, end }: Arrival, hit: Hit) => {
    for (let at = report[state] ?? 0; at !== 0; at = report[fail[at] ?? 0] ?? 0) {
      const node = nodes[at]
      if (!node) return
      const start = startOf(text, end, node)
      if (start < 0) continue
      for (const number of node.ends) hit(keywords[number]?.rule ?? 0, start)
    }
  }
  // No closure may catch the loop's own variables: it would cost several times the look-up itself.
  const walk = (text: string, hit: Hit, since: WalkedSoFar = START) => {
    let { state } = since
    const { length } = text
    for (let at = since.read; at < length; at++) {
      state = next[state * columns + (columnOf[text.charCodeAt(at)] as number)] as number
      if (state < flag) continue
      state -= flag
      tell(text, { state, end: at + 1 }, hit)
    }
    return state
  }
  const unfinished = (text: string, state: number, visit: (at: number, prefix: number) => void) => {
    for (let at = state; at !== 0; at = fail[at] ?? 0) {
      const node = nodes[at]
      const start = node ? startOf(text, text.length, node) : -1
      if (node && start >= 0) visit(start, node.prefix)
    }
  }
  return { walk, unfinished }
}
