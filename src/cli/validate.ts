import { checkDocuments } from '../policy/index.ts'
import type { Command } from './command.ts'
import { problemLines, readFiles } from './policy-files.ts'

/** `gatehouse validate`: needs no server. */
export const validateCommand: Command = {
  name: 'validate',
  summary: 'check documents; needs no server',
  usage: `gatehouse validate <file or directory>…

Prints file:line:column for every problem. Built-in documents (the sandbox, the bootstrap app) count as present.
Exit code: 0 all valid, 1 problems.`,
  options: {},
  positionals: [1, 100],
  run: async ({ positionals }, { out, err }) => {
    const result = checkDocuments(await readFiles(positionals))
    if (result.valid) {
      out(`${result.count} documents are valid`)
      return 0
    }
    for (const line of problemLines(result.problems)) err(line)
    return 1
  },
}
