import { callApi, callJson } from './client.ts'
import { type Command, type CommandContext, CommandError, type Invocation } from './command.ts'

interface ListedSecret {
  readonly name: string
  readonly ageDays?: number
  readonly hosts?: readonly string[]
  readonly usedBy?: readonly string[]
  readonly lastUsedAt?: string
}

/** `gatehouse secrets`: what the vault holds, without what it is. */
export const secretsCommand: Command = {
  name: 'secrets',
  summary: 'store, list and delete secrets of the vault',
  usage: `gatehouse secrets set <name> [--hosts api.openai.com,…] < file
gatehouse secrets list
gatehouse secrets delete <name>

  set     reads the secret from standard input (one line end at its end is dropped) and stores or replaces it. Documents
          refer to it as secret://vault/<name>. It is sent to --hosts alone; without them, to the hosts of its first use.
  list    names, age in days, hosts, the documents that use it, the hour of its last use.
They talk to GATEHOUSE_URL with GATEHOUSE_TOKEN.`,
  options: { hosts: { type: 'string' } },
  positionals: [1, 2],
  run: (invocation, context) => {
    const [verb, name] = invocation.positionals
    if (verb === 'set' && name !== undefined) return setSecret(name, invocation, context)
    if (verb === 'list' && name === undefined) return listSecrets(context)
    if (verb === 'delete' && name !== undefined) return deleteSecret(name, context)
    throw new CommandError([
      'Say secrets set <name>, secrets list or secrets delete <name>. See gatehouse secrets --help.',
    ])
  },
}

async function setSecret(name: string, invocation: Invocation, context: CommandContext): Promise<number> {
  const value = (await context.input()).replace(/\r?\n$/, '')
  if (value === '') throw new CommandError(['Nothing came on standard input: gatehouse secrets set <name> < file'])
  const hosts = invocation.text('hosts')?.split(',')
  const body = { value, ...(hosts && { hosts }) }
  await callJson(context, { method: 'PUT', path: pathOf(name), body })
  context.out(`secret://vault/${name}`)
  return 0
}

async function listSecrets(context: CommandContext): Promise<number> {
  const path = '/api/v1/secrets'
  const { items } = await callJson<{ readonly items: readonly ListedSecret[] }>(context, { method: 'GET', path })
  for (const { name, ageDays = 0, hosts = [], usedBy = [], lastUsedAt = 'never' } of items)
    context.out(
      [name, `${ageDays}d`, hosts.join(',') || 'unbound', usedBy.join(',') || 'unused', lastUsedAt].join('\t'),
    )
  return 0
}

async function deleteSecret(name: string, context: CommandContext): Promise<number> {
  await callApi(context, { method: 'DELETE', path: pathOf(name) })
  context.out(`${name} is deleted`)
  return 0
}

const pathOf = (name: string) => `/api/v1/secrets/${name.split('/').map(encodeURIComponent).join('/')}`

/** `gatehouse vault`: the keys of the vault. */
export const vaultCommand: Command = {
  name: 'vault',
  summary: 'rotate the master key of the vault',
  usage: `gatehouse vault rotate

Makes a new master key in the data directory and wraps the vault's data keys with it; calls go on meanwhile. Back the new
file up with your database. Where GATEHOUSE_MASTER_KEY gives the key, start with the new one there and the old one as
GATEHOUSE_MASTER_KEY_PREVIOUS instead. Talks to GATEHOUSE_URL with GATEHOUSE_TOKEN.`,
  options: {},
  positionals: [1, 1],
  run: async (invocation, context) => {
    if (invocation.positionals[0] !== 'rotate')
      throw new CommandError(['Say vault rotate. See gatehouse vault --help.'])
    await callApi(context, { method: 'POST', path: '/api/v1/vault:rotate' })
    context.out('the vault is wrapped with a new master key')
    return 0
  },
}
