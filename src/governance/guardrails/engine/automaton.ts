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

/** Finds every keyword in one pass over a text (Aho and Corasick, 1975), with a dense table: one look-up a character. */
export interface Automaton {
  /** Calls `hit` for every keyword, by its end, and gives the state after the last character. */
  readonly walk: (text: string, hit: (rule: number, start: number) => void) => number
  /** The earliest place at which a keyword that the text breaks off could begin, by the state that the walk ended in. */
  readonly unfinished: (state: number, visit: (depth: number, prefix: number) => void) => void
}

interface Trie {
  /** `node * SYMBOLS + symbol` → node; 0 for none. */
  readonly next: Int32Array
  readonly depth: Int32Array
  readonly prefix: Uint8Array
  readonly ends: Map<number, number[]>
  count: number
}

/** Builds the automaton. Memory: 4 bytes × the symbols in use × the characters of all keywords. */
export function buildAutomaton(keywords: readonly Keyword[], symbols: SymbolTable): Automaton {
  const used = new Set<number>()
  for (const { text } of keywords) for (let at = 0; at < text.length; at++) used.add(symbolAt(text, at, symbols))
  const column = new Uint8Array(SYMBOLS)
  let columns = 1
  for (const symbol of used) column[symbol] = columns++
  const columnOf = symbols.map((symbol) => column[symbol] ?? 0)
  const trie = buildTrie(keywords, { columnOf, columns })
  return link(trie, { columnOf, columns, keywords })
}

function symbolAt(text: string, at: number, symbols: SymbolTable): number {
  return symbols[text.charCodeAt(at)] ?? 0
}

interface Shape {
  readonly columnOf: Uint8Array
  readonly columns: number
}

function buildTrie(keywords: readonly Keyword[], { columnOf, columns }: Shape): Trie {
  const nodes = keywords.reduce((sum, { text }) => sum + text.length, 1)
  const trie: Trie = {
    next: new Int32Array(nodes * columns),
    depth: new Int32Array(nodes),
    prefix: new Uint8Array(nodes),
    ends: new Map(),
    count: 1,
  }
  keywords.forEach(({ text, prefix }, number) => {
    let node = 0
    for (let at = 0; at < text.length; at++) {
      const slot = node * columns + (columnOf[text.charCodeAt(at)] ?? 0)
      let child = trie.next[slot] ?? 0
      if (child === 0) {
        child = trie.count++
        trie.next[slot] = child
        trie.depth[child] = at + 1
      }
      trie.prefix[child] = (trie.prefix[child] ?? 0) | prefix
      node = child
    }
    const ends = trie.ends.get(node)
    if (ends) ends.push(number)
    else trie.ends.set(node, [number])
  })
  return trie
}

interface Linking extends Shape {
  readonly keywords: readonly Keyword[]
}

/** Turns the trie into the automaton: every missing step leads where the longest suffix leads. */
function link(trie: Trie, { columnOf, columns, keywords }: Linking): Automaton {
  const { next, depth, prefix, ends, count } = trie
  const fail = new Int32Array(count)
  // The nearest suffix of a state, itself among them, at which keywords end; 0 for none.
  const report = new Int32Array(count)
  const queue: number[] = []
  for (let symbol = 0; symbol < columns; symbol++) if (next[symbol]) queue.push(next[symbol] ?? 0)
  for (let head = 0; head < queue.length; head++) {
    const node = queue[head] ?? 0
    const suffix = fail[node] ?? 0
    report[node] = ends.has(node) ? node : (report[suffix] ?? 0)
    for (let symbol = 0; symbol < columns; symbol++) {
      const slot = node * columns + symbol
      const child = next[slot] ?? 0
      const onward = next[suffix * columns + symbol] ?? 0
      if (child === 0) next[slot] = onward
      else {
        fail[child] = onward
        queue.push(child)
      }
    }
  }
  const tell = (node: number, end: number, hit: (rule: number, start: number) => void) => {
    for (let at = report[node] ?? 0; at !== 0; at = report[fail[at] ?? 0] ?? 0) {
      for (const number of ends.get(at) ?? []) hit(keywords[number]?.rule ?? 0, end - (depth[at] ?? 0))
    }
  }
  const walk = (text: string, hit: (rule: number, start: number) => void) => {
    let state = 0
    const { length } = text
    for (let at = 0; at < length; at++) {
      state = next[state * columns + (columnOf[text.charCodeAt(at)] as number)] as number
      if (report[state] !== 0) tell(state, at + 1, hit)
    }
    return state
  }
  const unfinished = (state: number, visit: (depth: number, prefix: number) => void) => {
    for (let at = state; at !== 0; at = fail[at] ?? 0) visit(depth[at] ?? 0, prefix[at] ?? 0)
  }
  return { walk, unfinished }
}
