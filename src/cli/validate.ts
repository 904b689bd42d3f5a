import { createCatalog } from '../models/catalog/index.ts'
import { formatProblem, inReadingOrder } from '../platform/documents/index.ts'
import { adviceOnSources, checkDocuments, compiler } from '../policy/index.ts'
import type { Command } from './command.ts'
import { problemLines, readFiles } from './policy-files.ts'

/** `gatehouse validate`: needs no server. */
export const validateCommand: Command = {
  name: 'validate',
  summary: 'check documents; needs no server',
  usage: `gatehouse validate <file or directory>… [--strict]

Prints file:line:column for every problem. Built-in documents (the sandbox, the bootstrap app) count as present.
Warnings tell what is valid and most likely not meant: names of models that are not there, grants that allow nothing,
expired keys, routes without a price, rules that are never reached. --strict makes them problems.
Exit code: 0 all valid, 1 problems.`,
  options: { strict: { type: 'boolean' } },
  positionals: [1, 100],
  run: async ({ positionals, flag }, { out, err, clock }) => {
    const sources = await readFiles(positionals)
    const result = checkDocuments(sources)
    if (result.valid) {
      const warnings = adviceOnSources(sources, { compile: compiler(createCatalog()), nowMs: clock.now() })
      for (const warning of inReadingOrder(warnings)) err(`warning: ${formatProblem(warning)}`)
      out(`${result.count} documents are valid${warnings.length > 0 ? `, ${warnings.length} warnings` : ''}`)
      return flag('strict') && warnings.length > 0 ? 1 : 0
    }
    for (const line of problemLines(result.problems)) err(line)
    return 1
  },
}
