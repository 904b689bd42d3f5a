import type { PlanAnswer } from '../contract/documents.ts'
import type { Sources } from '../platform/documents/index.ts'
import { callJson, InvalidAnswer } from './client.ts'
import { type Command, type CommandContext, CommandError, type Invocation } from './command.ts'
import { placedProblems, problemLines, readFiles } from './policy-files.ts'

const MARKS = { create: '+', change: '~', delete: '-' } as const

/** A change as people read it: one line a document, one more a field. */
export function changeLines(answer: PlanAnswer): readonly string[] {
  const lines = answer.changes.flatMap(({ action, kind, name, fields }) => [
    `${MARKS[action]} ${kind}/${name}`,
    ...fields.map(({ path, before, after }) => `    ${path}: ${shown(before)} -> ${shown(after)}`),
  ])
  const count = (action: keyof typeof MARKS) => answer.changes.filter((change) => change.action === action).length
  const summary = `${count('create')} to create, ${count('change')} to change, ${count('delete')} to delete, ${answer.unchanged} unchanged`
  return [...lines, summary]
}

function shown(value: unknown): string {
  return value === undefined ? '(none)' : JSON.stringify(value)
}

/** Asks the server with the documents of files. Throws {@link CommandError} with every problem at its place. */
export async function askWithFiles(
  context: CommandContext,
  sources: Sources,
  call: { readonly path: string; readonly prune: boolean; readonly takeOver: boolean; readonly ifRevision?: string },
): Promise<PlanAnswer> {
  const { path, ...options } = call
  if (sources.problems.length > 0) throw new CommandError(problemLines(sources.problems))
  const documents = sources.documents.map((document) => document.value)
  try {
    return await callJson<PlanAnswer>(context, { method: 'POST', path, body: { documents, ...options } })
  } catch (cause) {
    if (!(cause instanceof InvalidAnswer)) throw cause
    throw new CommandError(problemLines(placedProblems(sources, cause.problems)))
  }
}

/** Which documents an invocation of `plan` or `apply` is about. */
export async function wantedOf(invocation: Invocation) {
  const sources = await readFiles(invocation.positionals)
  return { sources, prune: invocation.flag('prune'), takeOver: invocation.flag('take-over') }
}

/** The options that `plan` and `apply` share. */
export const CHANGE_OPTIONS = { prune: { type: 'boolean' }, 'take-over': { type: 'boolean' } } as const

/** `gatehouse plan`: what `apply` would do. */
export const planCommand: Command = {
  name: 'plan',
  summary: 'say what applying documents would change',
  usage: `gatehouse plan <file or directory>… [--prune] [--take-over]

  --prune      also delete what the console owns and the files do not hold
  --take-over  also change documents that a policy directory owned

Talks to GATEHOUSE_URL with GATEHOUSE_TOKEN. Exit code: 0 no change, 1 problems, 2 there are changes.`,
  options: CHANGE_OPTIONS,
  positionals: [1, 100],
  run: async (invocation, context) => {
    const { sources, ...options } = await wantedOf(invocation)
    const answer = await askWithFiles(context, sources, { path: '/api/v1/documents:plan', ...options })
    for (const line of changeLines(answer)) context.out(line)
    return answer.changes.length > 0 ? 2 : 0
  },
}
