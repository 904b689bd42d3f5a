import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync } from 'oxc-parser'
import { isNode, type Node, walk } from './walk.ts'

/** One import, export-from or `import('…')` of a file, of types too. */
export interface Import {
  readonly specifier: string
  /** The repository path that a relative specifier means; `undefined` for packages. */
  readonly path: string | undefined
  readonly start: number
}

/** A comment; `value` without its markers. */
export interface Comment {
  readonly type: 'Line' | 'Block'
  readonly value: string
  readonly start: number
  readonly end: number
}

/** A parsed file. */
export interface Source {
  /** Relative to the repository's root, with `/`. */
  readonly path: string
  readonly text: string
  readonly program: Node
  readonly comments: readonly Comment[]
  readonly imports: readonly Import[]
  readonly isTest: boolean
  readonly lines: number
  /** 1-based line of an offset. */
  readonly lineAt: (offset: number) => number
}

/** A broken rule at a place. */
export interface Problem {
  readonly path: string
  readonly line: number
  readonly rule: string
  readonly message: string
}

const SKIPPED_FOLDERS: readonly string[] = ['node_modules', 'dist']
const CODE = /\.tsx?$/

/** Reads and parses every TypeScript file under the given folders; folders that are absent give nothing. */
export function readTree(root: string, folders: readonly string[]): readonly Source[] {
  return folders
    .flatMap((folder) => listCode(root, folder))
    .sort()
    .map((path) => parseSource(path, readFileSync(join(root, path), 'utf8')))
}

/** Parses one file. Throws when it is not TypeScript: a file that cannot be read must not pass as clean. */
export function parseSource(path: string, text: string): Source {
  const parsed = parseSync(path, text)
  const error = parsed.errors[0]
  if (error) throw new Error(`${path}: does not parse: ${error.message}`)
  const program: unknown = parsed.program
  if (!isNode(program)) throw new Error(`${path}: the parser gave no program`)
  const starts = lineStarts(text)
  return {
    path,
    text,
    program,
    comments: parsed.comments,
    imports: importsOf(path, program),
    isTest: /\.test\.tsx?$/.test(path),
    lines: text === '' ? 0 : starts.length - (text.endsWith('\n') ? 1 : 0),
    lineAt: (offset) => lineAt(starts, offset),
  }
}

/** A problem at a node of a source. */
export function problemAt(
  source: Source,
  at: { readonly start: number },
  said: { rule: string; message: string },
): Problem {
  return { path: source.path, line: source.lineAt(at.start), ...said }
}

function listCode(root: string, folder: string): readonly string[] {
  const entries = (() => {
    try {
      return readdirSync(join(root, folder), { withFileTypes: true })
    } catch {
      return []
    }
  })()
  return entries.flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) return SKIPPED_FOLDERS.includes(entry.name) ? [] : listCode(root, path)
    return CODE.test(entry.name) ? [path] : []
  })
}

const IMPORTING: readonly string[] = [
  'ImportDeclaration',
  'ExportNamedDeclaration',
  'ExportAllDeclaration',
  'ImportExpression',
  'TSImportType',
]

function importsOf(path: string, program: Node): readonly Import[] {
  const found: Import[] = []
  walk(program, (node) => {
    if (!IMPORTING.includes(node.type) || !isNode(node.source)) return
    const specifier = node.source.value
    if (typeof specifier === 'string') found.push({ specifier, path: resolve(path, specifier), start: node.start })
  })
  return found
}

function resolve(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined
  const parts = from.split('/').slice(0, -1)
  for (const part of specifier.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '.') parts.push(part)
  }
  const joined = parts.join('/')
  return /\.[a-z]+$/.test(joined) ? joined : `${joined}.ts`
}

function lineStarts(text: string): readonly number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

function lineAt(starts: readonly number[], offset: number): number {
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((starts[middle] ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return low + 1
}
