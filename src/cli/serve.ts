import { loadConfig, unknownVariables } from '../platform/config/index.ts'
import { createLogger } from '../platform/telemetry/index.ts'
import { startServer } from '../server/index.ts'
import type { Command } from './command.ts'

interface Greeting {
  readonly url: string
  readonly publicUrl: string
  /** The first key; undefined when it was shown at an earlier start. */
  readonly firstKey: string | undefined
  /** The operator gave the key, so it need not be repeated. */
  readonly keyGiven: boolean
  /** The first account; undefined when an earlier start made it. */
  readonly administrator: { readonly email: string; readonly password?: string } | undefined
}

/** What is printed when the gateway is ready: where it is, the key, and a call that answers. */
export function greeting({ url, publicUrl, firstKey, keyGiven, administrator }: Greeting): readonly string[] {
  const key = keyGiven ? '$GATEHOUSE_BOOTSTRAP_KEY' : (firstKey ?? '$GATEHOUSE_KEY')
  const whose = firstKey === undefined ? 'shown at the first start; gatehouse keys new makes another' : key
  return [
    '',
    `  Gatehouse       ${publicUrl}  (listening on ${url})`,
    ...administratorLines(administrator),
    `  Virtual key     ${whose}${firstKey && !keyGiven ? '  (shown only now)' : ''}`,
    '',
    '  Try it:',
    `  curl ${url}/v1/chat/completions \\`,
    `    -H "authorization: Bearer ${key}" -H 'content-type: application/json' \\`,
    `    -d '{"model": "sandbox", "messages": [{"role": "user", "content": "Hello"}]}'`,
    '',
  ]
}

function administratorLines(administrator: Greeting['administrator']): readonly string[] {
  if (!administrator) return ['  Administrator   made at the first start']
  const { email, password } = administrator
  const shown = password === undefined ? '$GATEHOUSE_ADMIN_PASSWORD' : `${password}  (shown only now)`
  return [`  Administrator   ${email}`, `  Password        ${shown}`]
}

/** `gatehouse serve`: runs until it is asked to end, then lets open answers finish. */
export const serveCommand: Command = {
  name: 'serve',
  summary: 'run the gateway',
  usage: `gatehouse serve

Configured by environment variables; gatehouse doctor prints them. SIGTERM and SIGINT drain and end it.`,
  options: {},
  positionals: [0, 0],
  run: async (_, { environment, clock, out, err, ended }) => {
    const config = loadConfig(environment)
    const log = createLogger({ level: config.logLevel, format: config.logFormat, clock })
    for (const name of unknownVariables(environment)) err(`warning: ${name} means nothing here`)
    const asked = ended()
    const server = await startServer({ config, environment, log })
    const { url, firstKey, administrator } = server
    // Port 0 took a free one, which no configured address can know.
    const publicUrl = config.port === 0 ? url : config.publicUrl
    const keyGiven = config.bootstrapKey !== undefined
    for (const line of greeting({ url, publicUrl, firstKey, keyGiven, administrator })) out(line)
    await asked
    await server.stop()
    return 0
  },
}
