import { readdir, readFile, stat } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import {
  DOCUMENT_BOUNDS,
  type Problem,
  readYaml,
  type SourceDocument,
  type Sources,
} from '../platform/documents/index.ts'

/** One file of a policy directory. */
export interface PolicyFile {
  /** As people name it: relative to the directory's parent where there is one. */
  readonly name: string
  readonly path: string
  readonly size: number
  readonly modifiedMs: number
}

const DEPTH = 16

/**
 * The documents' files under a directory (or the one file), in the order of their names: `*.yaml` and `*.yml`, but not
 * `*.test.yaml` nor anything hidden. Throws what the file system throws when `path` is not there.
 */
export function policyFiles(path: string): Promise<readonly PolicyFile[]> {
  return filesUnder(path, isDocumentFile)
}

/** The files of tests under a directory (or the one file), in the order of their names: `*.test.yaml` and `*.test.yml`. */
export function testFiles(path: string): Promise<readonly PolicyFile[]> {
  return filesUnder(path, (name) => /\.test\.ya?ml$/.test(name))
}

async function filesUnder(path: string, isWanted: (name: string) => boolean): Promise<readonly PolicyFile[]> {
  const root = resolve(path)
  const found: PolicyFile[] = []
  const visit = async (at: string, depth: number): Promise<void> => {
    const status = await stat(at)
    if (status.isFile()) {
      const name = at === root ? path : join(path, relative(root, at))
      found.push({ name, path: at, size: status.size, modifiedMs: status.mtimeMs })
    } else if (status.isDirectory() && depth < DEPTH) {
      for (const entry of await readdir(at, { withFileTypes: true })) {
        const wanted = entry.isDirectory() || entry.isSymbolicLink() || isWanted(entry.name)
        if (!entry.name.startsWith('.') && wanted && (entry.isDirectory() || isWanted(entry.name))) {
          await visit(join(at, entry.name), depth + 1)
        }
      }
    }
  }
  await visit(root, 0)
  return found.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/** Reads the documents of a directory or file; each document's owner is what `ownerOf` says of its file's name. */
export async function readPolicy(path: string, ownerOf: (file: string) => string): Promise<Sources> {
  const documents: SourceDocument[] = []
  const problems: Problem[] = []
  for (const file of await policyFiles(path)) {
    if (file.size > DOCUMENT_BOUNDS.fileLength) {
      problems.push({
        file: file.name,
        line: 1,
        column: 1,
        message: 'the file is larger than 4 MiB',
        hint: 'Split it.',
      })
      continue
    }
    const text = await readFile(file.path, 'utf8')
    const read = readYaml({ file: file.name, text, owner: ownerOf(file.name) })
    for (const document of read.documents) documents.push(document)
    problems.push(...read.problems)
  }
  return { documents, problems }
}

function isDocumentFile(name: string): boolean {
  return /\.ya?ml$/.test(name) && !/\.test\.ya?ml$/.test(name)
}
