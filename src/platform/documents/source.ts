import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  parseAllDocuments,
  type YAMLMap,
  type Document as YamlDocument,
} from 'yaml'
import type { Path } from './kind.ts'
import type { Problem } from './problem.ts'

/** Bounds on what is read: of one file in UTF-16 units, of nesting, of the values in a file, of documents at once. */
export const DOCUMENT_BOUNDS = Object.freeze({
  fileLength: 4 * 1_024 * 1_024,
  depth: 32,
  values: 2_000_000,
  documents: 100_000,
})

/** A place in a file. Lines and columns count from 1. */
export interface Place {
  readonly line: number
  readonly column: number
}

/** One document as it was written, not yet validated, with the way back to its text. */
export interface SourceDocument {
  readonly file: string
  readonly owner: string
  readonly line: number
  readonly value: unknown
  /** Where the value at `path` stands (or its key); where nothing stands, the nearest place around it. */
  readonly place: (path: Path, part?: 'key' | 'value') => Place
}

/** What a text gave: its documents, and what was wrong with it as YAML. */
export interface Sources {
  readonly documents: readonly SourceDocument[]
  readonly problems: readonly Problem[]
}

/** A text of YAML documents and whose it is. */
export interface YamlText {
  readonly file: string
  readonly text: string
  /** `console`, `system` or `git:<path>`. */
  readonly owner: string
}

const TOO_DEEP = 'the file nests too deeply'
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype'])

/** Reads a text of one or more YAML 1.2 documents. Never throws: what is wrong stands in `problems`. */
export function readYaml({ file, text, owner }: YamlText): Sources {
  const refuse = (message: string, hint: string): Sources => ({
    documents: [],
    problems: [{ file, line: 1, column: 1, message, hint }],
  })
  if (text.length > DOCUMENT_BOUNDS.fileLength) return refuse('the file is larger than 4 MiB', 'Split it.')
  const parsed = parseText(text)
  if (parsed === undefined) return refuse(TOO_DEEP, 'Write at most three levels.')
  if (parsed.length > DOCUMENT_BOUNDS.documents)
    return refuse('the file holds more than 100,000 documents', 'Split it.')
  const placeOf = places(text)
  const documents: SourceDocument[] = []
  const problems: Problem[] = []
  const budget = { values: 0 }
  for (const document of parsed) {
    const faults = [...document.errors, ...document.warnings]
    for (const fault of faults) {
      // Where flow collections nest without end, the library reports that its own stack overflowed.
      if (fault.message.includes('call stack')) return refuse(TOO_DEEP, 'Write at most three levels.')
      const message = fault.message.replace(/\s+/g, ' ').replace(/\.$/, '')
      problems.push({ file, ...placeOf(fault.pos[0]), message: `not valid YAML: ${message}` })
    }
    if (faults.length > 0 || document.contents === null) continue
    const reader = { file, placeOf, problems, budget, anchors: new Map<string, Node>() }
    const value = toJson(reader, document.contents, 0)
    if (value === null || value === undefined) continue
    const root = document.contents
    const at = (path: Path, part: 'key' | 'value' = 'value') => placeOf(offsetOf(root, path, part))
    documents.push({ file, owner, line: at([]).line, value, place: at })
  }
  return { documents, problems }
}

/** Documents that came as JSON (from the API, from the database): every place in them is the document itself. */
export function fromJson(values: readonly unknown[], { file, owner }: Omit<YamlText, 'text'>): Sources {
  const documents = values.map((value, index) => ({
    file,
    owner,
    line: index + 1,
    value,
    place: () => ({ line: index + 1, column: 1 }),
  }))
  return { documents, problems: [] }
}

/** The YAML trees of a text, or undefined when it nests so deeply that the parser gave up. */
function parseText(text: string): readonly YamlDocument[] | undefined {
  try {
    const parsed = parseAllDocuments(text, { prettyErrors: false, uniqueKeys: false, version: '1.2' })
    return 'empty' in parsed ? [] : parsed
  } catch (cause) {
    if (cause instanceof RangeError) return undefined
    throw cause
  }
}

interface Reader {
  readonly file: string
  readonly placeOf: (offset: number) => Place
  readonly problems: Problem[]
  /** Counts values over the whole file, so that aliases cannot multiply without end. */
  readonly budget: { values: number }
  readonly anchors: Map<string, Node>
}

function report(reader: Reader, node: unknown, message: string): undefined {
  reader.problems.push({ file: reader.file, ...reader.placeOf(startOf(node)), message })
  return undefined
}

function toJson(reader: Reader, node: unknown, depth: number): unknown {
  reader.budget.values++
  if (reader.budget.values > DOCUMENT_BOUNDS.values) {
    return reader.budget.values === DOCUMENT_BOUNDS.values + 1
      ? report(reader, node, 'the file holds too many values (are there aliases of aliases?)')
      : undefined
  }
  if (depth > DOCUMENT_BOUNDS.depth) return report(reader, node, `nested deeper than ${DOCUMENT_BOUNDS.depth} levels`)
  if (isAlias(node)) return aliasToJson(reader, node, depth)
  if (isScalar(node)) {
    if (node.anchor) reader.anchors.set(node.anchor, node)
    if (typeof node.value !== 'number' || Number.isFinite(node.value)) return node.value
    return report(reader, node, 'a number must be finite')
  }
  if (isMap(node)) return mapToJson(reader, node, depth)
  if (!isSeq(node)) return null
  const items = node.items.map((item) => toJson(reader, item, depth + 1))
  if (node.anchor) reader.anchors.set(node.anchor, node)
  return items
}

function aliasToJson(reader: Reader, alias: Alias, depth: number): unknown {
  const target = reader.anchors.get(alias.source)
  if (target === undefined) return report(reader, alias, `the alias *${alias.source} names nothing before it`)
  return toJson(reader, target, depth)
}

function mapToJson(reader: Reader, map: YAMLMap, depth: number): unknown {
  const object: Record<string, unknown> = {}
  for (const pair of map.items) {
    const key = isScalar(pair.key) ? String(pair.key.value) : undefined
    if (key === undefined) report(reader, pair.key, 'a field name must be a plain word')
    else if (FORBIDDEN_KEYS.has(key)) report(reader, pair.key, `a field cannot be called ${key}`)
    else if (Object.hasOwn(object, key)) report(reader, pair.key, `the field ${key} stands here twice`)
    else object[key] = toJson(reader, pair.value, depth + 1)
  }
  if (map.anchor) reader.anchors.set(map.anchor, map)
  return object
}

function startOf(node: unknown): number {
  return isMap(node) || isSeq(node) || isScalar(node) || isAlias(node) ? (node.range?.[0] ?? 0) : 0
}

function offsetOf(root: Node, path: Path, part: 'key' | 'value'): number {
  let node: unknown = root
  let offset = startOf(root)
  for (const [index, step] of path.entries()) {
    const wantsKey = part === 'key' && index === path.length - 1
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step))
      if (!pair) return offset
      node = wantsKey || pair.value === null ? pair.key : pair.value
    } else if (isSeq(node)) node = node.items[Number(step)]
    else return offset
    if (node === undefined) return offset
    offset = startOf(node)
  }
  return offset
}

/** Turns offsets of a text into places; the table of lines is made at the first question. */
function places(text: string): (offset: number) => Place {
  let starts: number[] | undefined
  return (offset) => {
    if (!starts) {
      starts = [0]
      for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
    }
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 }
  }
}
