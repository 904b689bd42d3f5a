import type { Command } from './command.ts'
import { changeLines, effectLines } from './foresight-lines.ts'
import { askForPlan, askWithFiles, CHANGE_OPTIONS, wantedOf } from './plan.ts'

/** `gatehouse apply`: all documents or none. */
export const applyCommand: Command = {
  name: 'apply',
  summary: 'apply documents: all of them or none',
  usage: `gatehouse apply <file or directory>… --yes [--prune] [--take-over] [--reason …]

  --yes        do it; without it the plan is shown and nothing is changed
  --prune      also delete what the console owns and the files do not hold
  --take-over  also change documents that a policy directory owned
  --reason     why, for the list of revisions and the audit log

Talks to GATEHOUSE_URL with GATEHOUSE_TOKEN; prints the revision.
Exit code: 0 applied or nothing to do, 1 problems, 2 there are changes and --yes was not given.`,
  options: { ...CHANGE_OPTIONS, yes: { type: 'boolean', short: 'y' }, reason: { type: 'string' } },
  positionals: [1, 100],
  run: async (invocation, context) => {
    const { sources, ...options } = await wantedOf(invocation)
    const planned = await askForPlan(context, sources, options)
    for (const line of [...changeLines(planned), ...effectLines(planned)]) context.out(line)
    if (planned.changes.length === 0) {
      context.out(`nothing to do; revision ${planned.number} holds`)
      return 0
    }
    if (!invocation.flag('yes')) {
      context.err('Nothing was changed. Say --yes to apply this.')
      return 2
    }
    // What was shown is what is applied: if anything changed meanwhile, the server refuses.
    const reason = invocation.text('reason')
    const call = {
      path: '/api/v1/documents:apply',
      ...options,
      ifRevision: planned.revision,
      ...(reason === undefined ? {} : { reason }),
    }
    const applied = await askWithFiles(context, sources, call)
    context.out(`revision ${applied.number}`)
    return 0
  },
}
