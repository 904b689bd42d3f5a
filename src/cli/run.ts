import { parseArgs } from 'node:util'
import { GatewayError } from '../lib/errors.ts'
import { ConfigError } from '../platform/config/index.ts'
import { didYouMean, InvalidDocuments } from '../platform/documents/index.ts'
import { applyCommand } from './apply.ts'
import { auditCommand } from './audit.ts'
import { type Command, type CommandContext, CommandError, type Invocation } from './command.ts'
import { doctorCommand } from './doctor.ts'
import { explainCommand } from './explain.ts'
import { exportCommand } from './export.ts'
import { guardrailsCommand } from './guardrails.ts'
import { keysCommand } from './keys.ts'
import { migrateCommand } from './migrate.ts'
import { planCommand } from './plan.ts'
import { replayCommand } from './replay.ts'
import { rollbackCommand } from './rollback.ts'
import { schemaCommand } from './schema.ts'
import { secretsCommand, vaultCommand } from './secrets.ts'
import { serveCommand } from './serve.ts'
import { testCommand } from './test.ts'
import { validateCommand } from './validate.ts'
import { whoCanCommand } from './who-can.ts'

/** Every command, in the order in which the help lists them. */
export const COMMANDS: readonly Command[] = Object.freeze([
  serveCommand,
  validateCommand,
  testCommand,
  planCommand,
  replayCommand,
  applyCommand,
  exportCommand,
  rollbackCommand,
  explainCommand,
  whoCanCommand,
  guardrailsCommand,
  schemaCommand,
  keysCommand,
  auditCommand,
  secretsCommand,
  vaultCommand,
  doctorCommand,
  migrateCommand,
])

/** Runs one command line (without the program's name) and gives the exit code. Throws nothing. */
export async function runCli(argv: readonly string[], context: CommandContext): Promise<number> {
  const [name, ...rest] = argv
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    for (const line of overview()) context.out(line)
    return 0
  }
  const command = COMMANDS.find((known) => known.name === name)
  if (!command) {
    const hint = didYouMean(
      name,
      COMMANDS.map((known) => known.name),
    )
    context.err(`gatehouse: there is no command ${name}.${hint ? ` ${hint}` : ''} See gatehouse --help.`)
    return 1
  }
  try {
    const invocation = invocationOf(command, rest)
    if (invocation.flag('help')) {
      context.out(`${command.summary}\n\n${command.usage}`)
      return 0
    }
    return await command.run(invocation, context)
  } catch (cause) {
    for (const line of failureLines(cause)) context.err(line)
    return 1
  }
}

function overview(): readonly string[] {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length))
  return [
    'gatehouse <command> [--help]',
    '',
    ...COMMANDS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
  ]
}

function invocationOf(command: Command, argv: readonly string[]): Invocation {
  const parsed = parse(command, argv)
  const values: Readonly<Record<string, unknown>> = parsed.values
  const text = (name: string) => (typeof values[name] === 'string' ? values[name] : undefined)
  const flag = (name: string) => values[name] === true
  const [least, most] = command.positionals
  const given = parsed.positionals.length
  if (!flag('help') && (given < least || given > most)) {
    const wanted = given < least ? 'Something is missing' : `${parsed.positionals[most]} is one too many`
    throw new CommandError([`${wanted}. Usage:`, command.usage])
  }
  return { positionals: parsed.positionals, text, flag }
}

function parse(command: Command, argv: readonly string[]) {
  try {
    const options = { ...command.options, help: { type: 'boolean', short: 'h' } } as const
    return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true })
  } catch (cause) {
    throw new CommandError([cause instanceof Error ? cause.message : String(cause), command.usage])
  }
}

function failureLines(cause: unknown): readonly string[] {
  if (cause instanceof CommandError) return cause.lines
  if (cause instanceof ConfigError) return cause.problems
  if (cause instanceof InvalidDocuments) return [cause.message]
  if (cause instanceof GatewayError)
    return [`gatehouse: ${cause.publicMessage} ${cause.internalDetail ?? ''}`.trimEnd()]
  return [`gatehouse: ${cause instanceof Error ? cause.message : String(cause)}`]
}
