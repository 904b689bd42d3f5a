import { accessSync, constants, existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type Config, ConfigError, describeConfig, loadConfig, unknownVariables } from '../platform/config/index.ts'
import { openDatabase } from '../platform/storage/index.ts'
import type { Command, CommandContext } from './command.ts'

/** Fewer upstream connections than this at once make thousands of streams queue. */
const ENOUGH_CONNECTIONS = 4_096

/** `gatehouse doctor`: the effective configuration, where each value came from, and what is wrong. */
export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'print the effective configuration and what is wrong with it',
  usage: `gatehouse doctor

Secrets are not printed. Exit code: 0 all well, 1 something is wrong.`,
  options: {},
  positionals: [0, 0],
  run: async (_, context) => {
    const lines = describeConfig(context.environment)
    const width = Math.max(...lines.map(({ name }) => name.length))
    for (const { name, value, from } of lines) context.out(`${name.padEnd(width)}  ${value ?? '-'}  (${from})`)
    const wrong = await problemsOf(context)
    for (const name of unknownVariables(context.environment)) context.out(`warning: ${name} means nothing here`)
    for (const line of wrong) context.err(`problem: ${line}`)
    context.out(wrong.length === 0 ? 'all well' : `${wrong.length} problems`)
    return wrong.length === 0 ? 0 : 1
  },
}

async function problemsOf(context: CommandContext): Promise<readonly string[]> {
  try {
    const config = loadConfig(context.environment)
    return [...problemsOnDisk(config), ...(await problemsOfDatabase(config, context))]
  } catch (cause) {
    if (cause instanceof ConfigError) return cause.problems
    throw cause
  }
}

function problemsOnDisk(config: Config): readonly string[] {
  const problems: string[] = []
  if (!isWritable(config.dataDir)) problems.push(`the data directory ${config.dataDir} cannot be written`)
  if (config.policyPath !== undefined && !existsSync(config.policyPath)) {
    problems.push(`GATEHOUSE_POLICY names ${config.policyPath}, which is not there`)
  }
  if ((config.maxHttpRequests ?? 256) < ENOUGH_CONNECTIONS) {
    problems.push('BUN_CONFIG_MAX_HTTP_REQUESTS is too low for many streams; start with bin/gatehouse, which sets it')
  }
  return problems
}

/** A database on a server is asked; a file that is not there yet is made by the first start, not by looking. */
async function problemsOfDatabase({ databaseUrl: url }: Config, { clock }: CommandContext): Promise<readonly string[]> {
  if (url.startsWith('sqlite:') && !existsSync(resolve(url.slice('sqlite:'.length)))) return []
  try {
    await (await openDatabase({ url, clock })).close()
    return []
  } catch (cause) {
    return [cause instanceof Error ? cause.message : String(cause)]
  }
}

/** Whether a directory can be written, or made. */
function isWritable(directory: string): boolean {
  let at = resolve(directory)
  while (!existsSync(at) && dirname(at) !== at) at = dirname(at)
  try {
    accessSync(at, constants.W_OK)
    return true
  } catch {
    return false
  }
}
