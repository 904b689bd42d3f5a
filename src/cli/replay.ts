import type { Command } from './command.ts'
import { replayLines } from './foresight-lines.ts'
import { askForPlan, CHANGE_OPTIONS, wantedOf } from './plan.ts'

/** `gatehouse replay`: recorded operations by other documents. */
export const replayCommand: Command = {
  name: 'replay',
  summary: 'say what documents would have done to recorded operations',
  usage: `gatehouse replay <file or directory>… [--last 7d] [--prune] [--take-over] [--output human|json]

  --last    how far back: 7d when absent
  --output  json prints the whole answer

Changes nothing. Talks to GATEHOUSE_URL with GATEHOUSE_TOKEN.
Exit code: 0 all would have ended the same, 1 problems, 2 some would have ended otherwise.`,
  options: { ...CHANGE_OPTIONS, last: { type: 'string' }, output: { type: 'string', short: 'o' } },
  positionals: [1, 100],
  run: async (invocation, context) => {
    const { sources, ...options } = await wantedOf(invocation)
    const { replay } = await askForPlan(context, sources, { ...options, replay: invocation.text('last') ?? '7d' })
    if (!replay) return 1
    if (invocation.text('output') === 'json') context.out(JSON.stringify(replay, null, 2))
    else for (const line of replayLines(replay).slice(1)) context.out(line)
    return replay.changed.length > 0 ? 2 : 0
  },
}
