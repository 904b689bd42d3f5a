import type { DocumentSet, Kind } from './kind.ts'
import { formatProblem, type Problem } from './problem.ts'
import { readYaml } from './source.ts'
import { validate } from './validate.ts'

/** Documents that are not valid; `problems` says everything that is wrong, in reading order. */
export class InvalidDocuments extends Error {
  override readonly name = 'InvalidDocuments'
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'))
    this.problems = problems
  }
}

/**
 * A set from one YAML text, owned by `console`; `apiVersion` may be left out. For tests, examples and first steps.
 * Throws {@link InvalidDocuments}.
 */
export function documentSet(kinds: readonly Kind[], yamlText: string): DocumentSet {
  const sources = readYaml({ file: 'documents.yaml', text: yamlText, owner: 'console' })
  const result = validate(kinds, sources, { apiVersion: 'optional' })
  if (!result.valid) throw new InvalidDocuments(result.problems)
  return result.documents
}
