import { api } from './client.ts'
import { type Command, CommandError } from './command.ts'
import { changeLines } from './foresight-lines.ts'

/** `gatehouse rollback`: an old revision's documents as a new revision. */
export const rollbackCommand: Command = {
  name: 'rollback',
  summary: 'make the documents of an old revision count again',
  usage: `gatehouse rollback N

Documents that a policy directory owns stay as it says. Talks to GATEHOUSE_URL with GATEHOUSE_TOKEN.`,
  options: {},
  positionals: [1, 1],
  run: async ({ positionals: [number = ''] }, context) => {
    if (!/^\d+$/.test(number)) throw new CommandError(['rollback takes the number of a revision.'])
    const answer = await api(context)('postRevisionsNumberRollback', { params: { number } })
    for (const line of changeLines(answer)) context.out(line)
    context.out(`revision ${answer.number}`)
    return 0
  },
}
