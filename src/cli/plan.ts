import type { ForesightAnswer, PlanAnswer } from '../contract/documents.ts'
import type { Sources } from '../platform/documents/index.ts'
import { callJson, InvalidAnswer } from './client.ts'
import { type Command, type CommandContext, CommandError, type Invocation } from './command.ts'
import { changeLines, effectLines, replayLines } from './foresight-lines.ts'
import { placedProblems, problemLines, readFiles } from './policy-files.ts'

/** What is asked of the server about the documents of files. */
export interface FilesCall {
  readonly path: string
  readonly prune: boolean
  readonly takeOver: boolean
  readonly ifRevision?: string
  readonly replay?: string
  readonly reason?: string
}

/** Asks the server with the documents of files. Throws {@link CommandError} with every problem at its place. */
export async function askWithFiles<T extends PlanAnswer>(
  context: CommandContext,
  sources: Sources,
  call: FilesCall,
): Promise<T> {
  const { path, ...options } = call
  if (sources.problems.length > 0) throw new CommandError(problemLines(sources.problems))
  const documents = sources.documents.map((document) => document.value)
  try {
    return await callJson<T>(context, { method: 'POST', path, body: { documents, ...options } })
  } catch (cause) {
    if (!(cause instanceof InvalidAnswer)) throw cause
    throw new CommandError(problemLines(placedProblems(sources, cause.problems)))
  }
}

/** Asks what applying the documents of files would come to. */
export function askForPlan(
  context: CommandContext,
  sources: Sources,
  options: Omit<FilesCall, 'path'>,
): Promise<ForesightAnswer> {
  return askWithFiles<ForesightAnswer>(context, sources, { path: '/api/v1/documents:plan', ...options })
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
  summary: 'say what applying documents would change, and for whom',
  usage: `gatehouse plan <file or directory>… [--prune] [--take-over] [--replay 7d] [--output human|json]

  --prune      also delete what the console owns and the files do not hold
  --take-over  also change documents that a policy directory owned
  --replay     also say what it would have done to the operations of the last 7d, 12h, 30m
  --output     json prints the whole answer

Talks to GATEHOUSE_URL with GATEHOUSE_TOKEN. Exit code: 0 no change, 1 problems, 2 there are changes.`,
  options: { ...CHANGE_OPTIONS, replay: { type: 'string' }, output: { type: 'string', short: 'o' } },
  positionals: [1, 100],
  run: async (invocation, context) => {
    const { sources, ...options } = await wantedOf(invocation)
    const span = invocation.text('replay')
    const answer = await askForPlan(context, sources, { ...options, ...(span === undefined ? {} : { replay: span }) })
    if (invocation.text('output') === 'json') context.out(JSON.stringify(answer, null, 2))
    else for (const line of linesOf(answer)) context.out(line)
    return answer.changes.length > 0 ? 2 : 0
  },
}

function linesOf(answer: ForesightAnswer): readonly string[] {
  return [...changeLines(answer), ...effectLines(answer), ...(answer.replay ? replayLines(answer.replay) : [])]
}
