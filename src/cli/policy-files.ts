import {
  formatProblem,
  inReadingOrder,
  type Problem,
  type SourceDocument,
  type Sources,
} from '../platform/documents/index.ts'
import { readPolicy } from '../policy/index.ts'
import { CommandError } from './command.ts'

/** Reads the documents of files and directories. Throws {@link CommandError} when one cannot be read or is not YAML. */
export async function readFiles(paths: readonly string[]): Promise<Sources> {
  const documents: SourceDocument[] = []
  const problems: Problem[] = []
  for (const path of paths) {
    const read = await readPolicy(path, (file) => `git:${file}`).catch((cause: unknown) => {
      throw new CommandError([`${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`])
    })
    for (const document of read.documents) documents.push(document)
    problems.push(...read.problems)
  }
  return { documents, problems }
}

/** The lines that tell of problems, and how many there are. */
export function problemLines(problems: readonly Problem[]): readonly string[] {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`
  return [...inReadingOrder(problems).map(formatProblem), count]
}

/**
 * Problems that a server found in documents sent as JSON, at their places in the files: a server names the document by
 * its position (as the line) and the field by its path.
 */
export function placedProblems(sources: Sources, found: readonly Problem[]): readonly Problem[] {
  return found.map((problem) => {
    const document = problem.file === 'documents' ? sources.documents[problem.line - 1] : undefined
    if (!document) return problem
    const path = problem.path ? problem.path.split('.') : []
    const part = problem.message.startsWith('unknown field') ? 'key' : 'value'
    return { ...problem, file: document.file, ...document.place(path, part) }
  })
}
