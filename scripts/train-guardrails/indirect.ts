import { type Random, seededRandom } from '../../src/lib/random.ts'
import type { Corpus } from './corpus.ts'
import { readGrammar } from './grammar.ts'
import { type Row, rowsOf } from './rows.ts'

const SEED = 11
const HOSTILE = { 'attack.wrapped': 3_500, 'attack.asktask': 2_500, 'attack.askcode': 500, 'attack.foreign': 400 }
/** What a user would say may stand in a document too. */
const OF_EACH_USER_LIST = 80
const WRITTEN_HONEST = 1_200
const MOST_OF_A_SOURCE = 1_200
const LONGEST_DOCUMENT = 6_000

/**
 * What the model of tool results and documents learns from: honest documents of many kinds, instructions of our own
 * put somewhere into them, and the rows of the data channel that may be used.
 */
export function indirectCorpus(): Corpus {
  const random = seededRandom(SEED)
  const own = rowsOf('injection').filter(({ train_ok, channel }) => train_ok && channel === 'data')
  const documents = [...own.filter(({ label }) => label === 0), ...sentences(random), ...writtenDocuments(random)]
  const bySource = [...new Set(documents.map(({ source }) => source))].map((source) =>
    documents.filter((row) => row.source === source).slice(0, MOST_OF_A_SOURCE),
  )
  const hostile: Row[] = []
  const grammar = readGrammar('indirect')
  const users = readGrammar('attacks-english', 'attacks-languages')
  const lists = [
    ...Object.entries(HOSTILE).map(([list, count]) => ({ list, count, from: grammar })),
    ...users.names('attack.').map((list) => ({ list, count: OF_EACH_USER_LIST, from: users })),
  ]
  for (const { list, count, from } of lists) {
    for (let number = 0; number < count; number++) {
      const attack = from.draw(list, random)
      const host = pick(pick(bySource, random), random)
      const alone = random.fraction() < 0.2
      const text = alone ? attack : inserted(host.text.slice(0, LONGEST_DOCUMENT), attack, random)
      const known = { label: 1, source: `own_${list}`, kind: list, lang: '', channel: 'data', train_ok: true } as const
      hostile.push(alone ? { ...known, text } : { ...known, text, host: host.source })
    }
  }
  const attacks = own.filter(({ label }) => label === 1)
  return {
    rows: [...bySource.flat(), ...attacks, ...hostile],
    groupOf: ({ source, host }) => host ?? source,
    windows: [24, 10],
  }
}

/** Puts an instruction at the beginning, at the end, or between two lines or sentences; into JSON as JSON is written. */
function inserted(host: string, attack: string, random: Random): string {
  const written = /^\s*[[{]/.test(host) ? JSON.stringify(attack).slice(1, -1) : attack
  const places = [...host.matchAll(/\n+|[.!?] |": "/g)].map(({ 0: run, index }) => index + run.length)
  const chance = random.fraction()
  const at = chance < 0.25 ? 0 : chance < 0.5 || places.length === 0 ? host.length : pick(places, random)
  const between = host.charAt(at - 1) === '\n' || at === 0 ? '\n' : random.fraction() < 0.5 ? '\n' : ' '
  return `${host.slice(0, at)}${at === 0 ? '' : between}${written}${at === 0 ? '\n' : between}${host.slice(at)}`
}

/** News, tweets, code, numbers and sentences with names, several of them to a document. */
function sentences(random: Random): readonly Row[] {
  const rows = [...rowsOf('pii'), ...rowsOf('toxicity').filter(({ label, lang }) => label === 0 && lang === 'zh')]
  const texts = rows.filter(({ train_ok }) => train_ok)
  return texts.map((row) => {
    const more = Math.floor(random.fraction() * 4)
    const others = Array.from({ length: more }, () => pick(texts, random)).filter(({ source }) => source === row.source)
    const text = [row, ...others].map((one) => one.text).join(random.fraction() < 0.5 ? ' ' : '\n')
    return { ...row, text, label: 0, channel: 'data' }
  })
}

function writtenDocuments(random: Random): readonly Row[] {
  const grammar = readGrammar('indirect')
  return grammar.names('benign.').flatMap((list) =>
    Array.from({ length: WRITTEN_HONEST }, (): Row => {
      const text = grammar.draw(list, random)
      return { text, label: 0, source: `own_${list}`, kind: list, lang: '', channel: 'data', train_ok: true }
    }),
  )
}

function pick<Item>(items: readonly Item[], random: Random): Item {
  // Sound: the lists that are drawn from are never empty.
  return items[Math.floor(random.fraction() * items.length)] as Item
}
