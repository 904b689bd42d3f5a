import type { AnswerOf, BodyOf } from '../contract/client.ts'
import { generateKey, keyDigest } from '../governance/identity/index.ts'
import { printYaml } from '../platform/documents/index.ts'
import { api, InvalidAnswer } from './client.ts'
import { type Command, type CommandContext, CommandError, type Invocation } from './command.ts'

/** `gatehouse keys`: virtual keys. */
export const keysCommand: Command = {
  name: 'keys',
  summary: 'make, list and revoke virtual keys',
  usage: `gatehouse keys new --for app:x [--name N] [--expires 2027-01-01] [--narrow-to model:a,model:b] [--create]
gatehouse keys list
gatehouse keys revoke <name>

  new     prints a key and the document by which the gateway knows it (only its digest stands there); needs no server.
          With --create the gateway makes it at once.
list, revoke and --create talk to GATEHOUSE_URL with GATEHOUSE_TOKEN.`,
  options: {
    for: { type: 'string' },
    name: { type: 'string' },
    expires: { type: 'string' },
    'narrow-to': { type: 'string' },
    create: { type: 'boolean' },
  },
  positionals: [1, 2],
  run: (invocation, context) => {
    const [verb, name] = invocation.positionals
    if (verb === 'new' && name === undefined) return makeKey(invocation, context)
    if (verb === 'list' && name === undefined) return listKeys(context)
    if (verb === 'revoke' && name !== undefined) return revokeKey(name, context)
    throw new CommandError(['Say keys new, keys list or keys revoke <name>. See gatehouse keys --help.'])
  },
}

async function makeKey(invocation: Invocation, context: CommandContext): Promise<number> {
  const owner = invocation.text('for')
  if (!owner) throw new CommandError(['Say whose key it is: --for app:x or --for user:ann@example.com.'])
  const name = invocation.text('name') ?? owner.slice(owner.indexOf(':') + 1)
  const expires = invocation.text('expires')
  const narrowTo = invocation.text('narrow-to')?.split(',')
  const rest = { ...(expires ? { expires } : {}), ...(narrowTo ? { narrowTo } : {}) }
  if (invocation.flag('create')) {
    const body = { for: owner, name, ...rest }
    const { key } = await made(context, body)
    context.out(key)
    return 0
  }
  const key = generateKey(context.random)
  const document = { kind: 'Key', metadata: { name }, spec: { for: owner, sha256: keyDigest(key), ...rest } }
  context.err('The key (it stands nowhere else; hand it on safely):')
  context.out(key)
  context.err('Its document:')
  context.out(printYaml([document]).trimEnd())
  return 0
}

/** The gateway's own words for what is wrong with the key's document. */
async function made(context: CommandContext, body: BodyOf<'postKeys'>): Promise<{ readonly key: string }> {
  try {
    return await api(context)('postKeys', { body })
  } catch (cause) {
    if (!(cause instanceof InvalidAnswer)) throw cause
    throw new CommandError(cause.problems.map(({ message, hint }) => (hint ? `${message}. ${hint}` : message)))
  }
}

async function listKeys(context: CommandContext): Promise<number> {
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { items, nextCursor }: AnswerOf<'getKeys'> = await api(context)('getKeys', { query: { cursor } })
    for (const { name, for: owner, expires = 'never', owner: from } of items) {
      context.out([name, owner, `expires ${expires}`, from].join('\t'))
    }
    cursor = nextCursor
  }
  return 0
}

async function revokeKey(name: string, context: CommandContext): Promise<number> {
  await api(context)('deleteKeysByName', { params: { name } })
  context.out(`${name} is revoked`)
  return 0
}
