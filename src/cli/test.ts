import { createCatalog } from '../models/catalog/index.ts'
import { didYouMean } from '../platform/documents/index.ts'
import { compiler, testPolicy } from '../policy/index.ts'
import { type Command, CommandError } from './command.ts'
import { problemLines } from './policy-files.ts'
import { TEST_FORMATS, testLines } from './test-output.ts'

/** `gatehouse test`: needs no server. */
export const testCommand: Command = {
  name: 'test',
  summary: 'run the tests of a policy; needs no server',
  usage: `gatehouse test <file or directory>… [--output human|tap|junit]

Runs every *.test.yaml: given documents and an operation, expect a decision, the rule that decides, what guardrails
find, what limits and budgets do, and where the call would go. No model is called.
Exit code: 0 all passed, 1 failures, problems, or no tests.`,
  options: { output: { type: 'string', short: 'o' } },
  positionals: [1, 100],
  run: async (invocation, { out, err, clock }) => {
    const format = formatNamed(invocation.text('output') ?? 'human')
    const tools = { compile: compiler(createCatalog()), monotonic: clock.monotonic }
    const { results, problems } = await testPolicy(invocation.positionals, tools).catch((cause: unknown) => {
      throw new CommandError([cause instanceof Error ? cause.message : String(cause)])
    })
    for (const line of testLines(results, format)) out(line)
    for (const line of problems.length > 0 ? problemLines(problems) : []) err(line)
    if (results.length === 0 && problems.length === 0) err('There are no *.test.yaml files here.')
    return results.length > 0 && problems.length === 0 && results.every(({ failures }) => failures.length === 0) ? 0 : 1
  },
}

function formatNamed(name: string) {
  const format = TEST_FORMATS.find((known) => known === name)
  if (format) return format
  throw new CommandError([`There is no output ${name}. ${didYouMean(name, TEST_FORMATS) ?? ''}`.trimEnd()])
}
