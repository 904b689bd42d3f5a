import type { ParseArgsOptionsConfig } from 'node:util'
import type { Clock } from '../lib/clock.ts'
import type { Random } from '../lib/random.ts'
import type { Environment } from '../platform/config/index.ts'
import type { Egress } from '../platform/egress/index.ts'

/** What a command may touch of the world outside. */
export interface CommandContext {
  readonly environment: Environment
  readonly clock: Clock
  readonly random: Random
  readonly egress: () => Egress
  /** All of standard input, as text. */
  readonly input: () => Promise<string>
  /** Writes a line to standard output. */
  readonly out: (line: string) => void
  /** Writes a line to standard error. */
  readonly err: (line: string) => void
  /** Resolves when the process is asked to end (SIGINT, SIGTERM). */
  readonly ended: () => Promise<void>
}

/** What was written after a command's name. */
export interface Invocation {
  readonly positionals: readonly string[]
  /** The text of an option, or undefined when it was not given. */
  readonly text: (name: string) => string | undefined
  readonly flag: (name: string) => boolean
}

/** One command: `gatehouse <name> …`. */
export interface Command {
  readonly name: string
  /** One line for the list of commands. */
  readonly summary: string
  /** What `--help` prints below the summary. */
  readonly usage: string
  readonly options: ParseArgsOptionsConfig
  /** Least and most arguments besides options. */
  readonly positionals: readonly [least: number, most: number]
  /** Gives the exit code: 0 well, 1 not well, 2 as its usage says. Throws {@link CommandError}. */
  readonly run: (invocation: Invocation, context: CommandContext) => Promise<number>
}

/** A command that cannot go on; `lines` is what the user reads. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  constructor(readonly lines: readonly string[]) {
    super(lines.join('\n'))
  }
}
