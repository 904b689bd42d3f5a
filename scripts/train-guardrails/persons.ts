import { characterTable } from '../../src/governance/guardrails/models/characters.ts'
import {
  isCandidate,
  MOST_NAME_FEATURES,
  NAME_BUCKETS,
  type NameText,
  nameFeatures,
  standsInside,
} from '../../src/governance/guardrails/models/persons/name-features.ts'
import { nameLists, type PersonModel } from '../../src/governance/guardrails/models/persons/person-model.ts'
import { type TokenReader, tokenReader } from '../../src/governance/guardrails/models/tokens.ts'
import { type Random, seededRandom } from '../../src/lib/random.ts'
import { rounded } from './fit.ts'
import { readGrammar } from './grammar.ts'
import { knownNames } from './names.ts'
import { type Row, rowsOf } from './rows.ts'

const EPOCHS = 6
const RATE = 0.15
/** A word that is as likely a name as none gets 0.33, one that is so by two to one 0.5. */
const BIAS = -Math.log(2)
const SEED = 3
/** Share of the words of each list that a pass hides: names that no list has are to be found too. */
const HIDDEN = 0.15

/** Rows that tell where names of persons are: other sources have names that nobody marked. */
export function personRows(): readonly Row[] {
  return rowsOf('pii').filter(({ source, train_ok }) => train_ok && source !== 'gsm8k')
}

const OF_EACH_LIST = 900
const PLACE_OF_NAME = '<>'

/** Texts of our own with names in them, and rows whose names are exchanged for others: names are many, sentences few. */
export function writtenPersonRows(rows: readonly Row[], random: Random): readonly Row[] {
  const grammar = readGrammar('persons')
  const draw = nameDrawer(random)
  const own = grammar
    .names('attack.')
    .flatMap((list) =>
      Array.from({ length: OF_EACH_LIST }, () => filled(grammar.draw(list, random).split(PLACE_OF_NAME), draw, list)),
    )
  const exchanged = rows
    .filter(({ label, lang }) => label === 1 && lang !== 'zh')
    .map((row) => filled(withoutNames(row), draw, row.source))
  return [...own, ...exchanged]
}

/** The texts between the names of a row. */
function withoutNames(row: Row): readonly string[] {
  const parts: string[] = []
  let from = 0
  for (const { start, end } of personSpans(row).toSorted((a, b) => a.start - b.start)) {
    if (start < from) continue
    parts.push(row.text.slice(from, start))
    from = end
  }
  return [...parts, row.text.slice(from)]
}

function filled(parts: readonly string[], draw: () => string, list: string): Row {
  let text = parts[0] ?? ''
  const spans: { start: number; end: number; type: string }[] = []
  for (const part of parts.slice(1)) {
    const name = draw()
    // Spans count code points, as those of the rows do.
    const start = [...text].length
    text += name
    spans.push({ start, end: start + [...name].length, type: 'PERSON' })
    text += part
  }
  return { text, spans, label: 1, source: list, kind: list, lang: '', train_ok: true }
}

/** Draws names: mostly a given and a family name, some with an initial, a small word between, or in capitals. */
function nameDrawer(random: Random): () => string {
  const { given, family } = knownNames()
  const [givens, families] = [[...given], [...family]]
  const one = (names: readonly string[]) => names[Math.floor(random.fraction() * names.length)] ?? 'Anna'
  return () => {
    const chance = random.fraction()
    if (chance < 0.22) return one(givens)
    if (chance < 0.34) return one(families)
    if (chance < 0.4) return `${one(givens)} ${one(families).charAt(0)}. ${one(families)}`
    if (chance < 0.47)
      return `${one(givens)} ${one(['van', 'von', 'von', 'de', 'van der', 'del', 'da', 'di'])} ${one(families)}`
    if (chance < 0.5) return `${one(givens)}-${one(givens)} ${one(families)}`
    if (chance < 0.53) return `${one(givens)} ${one(families)}-${one(families)}`
    if (chance < 0.56) return `${one(givens)} ${one(families)}`.toUpperCase()
    return `${one(givens)} ${one(families)}`
  }
}

/** Places of names in a row, in UTF-16 code units: rows count code points. */
export function personSpans({ text, spans }: Row): readonly { readonly start: number; readonly end: number }[] {
  const units: number[] = [0]
  for (const character of text) units.push((units.at(-1) ?? 0) + character.length)
  return (spans ?? [])
    .filter(({ type }) => type === 'PERSON')
    .map(({ start, end }) => ({ start: units[start] ?? text.length, end: units[end] ?? text.length }))
}

/** Learns a tagger: a logistic regression for each capitalised word, its neighbours taken as they truly are. */
export function learnPersons(given: readonly Row[]): PersonModel {
  const rows = [...given, ...writtenPersonRows(given, seededRandom(SEED))]
  const read = tokenReader(characterTable())
  const known = knownNames()
  const lists = { given: hashesOf(known.given, read), family: hashesOf(known.family, read) }
  const all = nameLists(lists)
  const weights = new Float32Array(NAME_BUCKETS)
  const squares = new Float32Array(NAME_BUCKETS).fill(0.1)
  const ids = new Int32Array(MOST_NAME_FEATURES)
  const random = seededRandom(SEED)
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    const salt = Math.floor(random.fraction() * 2 ** 31)
    const some = (hash: number) => (isHidden(hash, salt) ? 0 : all(hash))
    for (const row of shuffled(rows, random.fraction)) {
      const name: NameText = { text: row.text, tokens: read(row.text), lists: some }
      const isName = marked(name, personSpans(row))
      for (let place = 0; place < name.tokens.count; place++) {
        if (!isCandidate(name, place)) continue
        const last = place > 0 && isName[place - 1] === 1
        const over = !last && place > 1 && isName[place - 2] === 1 && standsInside(name, place - 1)
        const count = nameFeatures(name, place, { last, over }, ids)
        let sum = 0
        for (let at = 0; at < count; at++) sum += weights[ids[at] as number] as number
        const error = 1 / (1 + Math.exp(-sum)) - (isName[place] as number)
        if (Math.abs(error) < 0.002) continue
        for (let at = 0; at < count; at++) {
          const id = ids[at] as number
          const square = (squares[id] as number) + error * error
          squares[id] = square
          weights[id] = (weights[id] as number) - (RATE * error) / Math.sqrt(square)
        }
      }
    }
  }
  return { ...rounded(weights), bias: BIAS, ...lists }
}

function isHidden(hash: number, salt: number): boolean {
  return (Math.imul(hash ^ salt, 0x9e_37_79_b1) >>> 0) / 2 ** 32 < HIDDEN
}

function marked({ tokens }: NameText, spans: ReturnType<typeof personSpans>): Uint8Array {
  const isName = new Uint8Array(tokens.count)
  for (let place = 0; place < tokens.count; place++) {
    const start = tokens.start[place] as number
    if (spans.some((span) => span.start <= start && start < span.end)) isName[place] = 1
  }
  return isName
}

function hashesOf(names: ReadonlySet<string>, read: TokenReader): Int32Array {
  const hashes = new Set<number>()
  for (const name of names) {
    const tokens = read(name)
    if (tokens.count === 1) hashes.add(tokens.hash[0] as number)
  }
  return Int32Array.from(hashes).toSorted()
}

function shuffled(rows: readonly Row[], fraction: () => number): readonly Row[] {
  return rows
    .map((row) => ({ row, place: fraction() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ row }) => row)
}
