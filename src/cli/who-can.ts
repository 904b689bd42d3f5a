import type { WhoCanAnswer } from '../contract/access.ts'
import { actionOf } from './action.ts'
import { api } from './client.ts'
import { type Command, CommandError } from './command.ts'

/** `gatehouse who-can`: the reverse of explain. */
export const whoCanCommand: Command = {
  name: 'who-can',
  summary: 'list who may do something to a resource, and by which grants',
  usage: `gatehouse who-can --on model:assistant [--action use] [--json]

Lists every principal that the documents know and that may, with the grants that let them and the conditions it depends
on; then the grants themselves, which also hold for people whom the gateway has not met. Talks to GATEHOUSE_URL with
GATEHOUSE_TOKEN.`,
  options: { on: { type: 'string' }, action: { type: 'string' }, json: { type: 'boolean' } },
  positionals: [0, 0],
  run: async ({ text, flag }, context) => {
    const on = text('on')
    if (!on) throw new CommandError(['Say what it is about: --on model:assistant.'])
    const answer = await api(context)('getAccessWhoCan', { query: { on, action: actionOf(text('action')) } })
    const lines = flag('json') ? [JSON.stringify(answer, undefined, 2)] : whoCanLines(answer)
    for (const line of lines) context.out(line)
    return 0
  },
}

function whoCanLines({ action, on, items, grants }: WhoCanAnswer): readonly string[] {
  const people = items.map(({ principal, may, rules, conditions }) => {
    const depends = conditions.length === 0 ? '' : `\t${conditions.join('; ')}`
    return `${principal}\t${may}\t${rules.join(', ')}${depends}`
  })
  const written = grants.map(({ rule, effect, at, to }) =>
    `${effect}\t${rule}\t${to.join(', ')}\t${at ?? ''}`.trimEnd(),
  )
  return [
    ...(people.length === 0 ? [`Nobody that the documents know may ${action} ${on}.`] : people),
    ...(written.length === 0 ? [] : ['', 'Grants:', ...written]),
  ]
}
