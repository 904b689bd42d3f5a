import type { ForesightAnswer, PlanAnswer } from '../contract/documents.ts'
import type { ReplayAnswer } from '../contract/foresight.ts'

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

const WEIGHTS = {
  takes: 'takes',
  weakens: 'weakens',
  gives: 'gives',
  strengthens: 'strengthens',
  note: 'note',
} as const

/** The consequences of a change as people read them; no line when there are none. */
export function effectLines({ effects }: Pick<ForesightAnswer, 'effects'>): readonly string[] {
  if (effects.length === 0) return []
  const width = Math.max(...effects.map(({ weight }) => weight.length))
  return ['', 'effects:', ...effects.map(({ weight, summary }) => `  ${WEIGHTS[weight].padEnd(width)}  ${summary}`)]
}

/** What a replay came to as people read it: what would have ended otherwise, and what could not be replayed. */
export function replayLines(replay: ReplayAnswer): readonly string[] {
  const { operations, replayed, changed, notReplayed, notes, from, to, milliseconds } = replay
  const span = `${new Date(from).toISOString()} to ${new Date(to).toISOString()}`
  if (operations === 0) return ['', `replay: nothing was recorded from ${span}`]
  const share = ((replayed / operations) * 100).toFixed(replayed === operations ? 0 : 2)
  const head = `replay: ${number(replayed)} of ${number(operations)} operations (${share} %) from ${span}, in ${number(milliseconds)} ms`
  const lines = changed.map(({ before, after, by, team, count, principals }) => {
    const whose = team === '' ? '' : ` of team ${team}`
    const who = principals.slice(0, 3).join(', ')
    return `  ${number(count)} ${count === 1 ? 'operation' : 'operations'}${whose}: ${before} -> ${after} by ${by} (${who}${principals.length > 3 ? ', …' : ''})`
  })
  const quiet = changed.length === 0 ? ['  nothing would have ended otherwise'] : []
  const missed = notReplayed.map(({ reason, count }) => `  ${number(count)} not replayed: ${reason}`)
  return ['', head, ...lines, ...quiet, ...missed, ...notes.map((note) => `  ${note}`)]
}

function number(value: number): string {
  return value.toLocaleString('en-US')
}
