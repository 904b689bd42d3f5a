import { callApi } from './client.ts'
import { type Command, CommandError } from './command.ts'

/** `gatehouse export`: documents as YAML that `apply` takes. */
export const exportCommand: Command = {
  name: 'export',
  summary: 'print all documents as YAML',
  usage: `gatehouse export [--revision N] > all.yaml

Talks to GATEHOUSE_URL with GATEHOUSE_TOKEN.`,
  options: { revision: { type: 'string' } },
  positionals: [0, 0],
  run: async ({ text }, context) => {
    const revision = text('revision')
    if (revision !== undefined && !/^\d+$/.test(revision)) throw new CommandError(['--revision takes a number.'])
    const query = revision === undefined ? '' : `?revision=${revision}`
    context.out((await callApi(context, { method: 'GET', path: `/api/v1/documents:export${query}` })).trimEnd())
    return 0
  },
}
