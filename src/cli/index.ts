export type { Command, CommandContext, Invocation } from './command.ts'
export { COMMANDS, runCli } from './run.ts'
