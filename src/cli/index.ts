export { type Command, type CommandContext, CommandError, type Invocation } from './command.ts'
export { COMMANDS, runCli } from './run.ts'
