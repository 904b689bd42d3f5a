import { NAME_BUCKETS, type NameLists } from './name-features.ts'

/** A trained tagger of names, and the lists of names that it looks words up in. */
export interface PersonModel {
  readonly scale: number
  readonly bias: number
  /** One for each bucket; times `scale` they are what was learned. */
  readonly values: Int8Array
  /** Hashes of folded names, ascending. */
  readonly given: Int32Array
  readonly family: Int32Array
}

const MAGIC = 0x50_4d_48_47 // "GHMP"
const HEAD_BYTES = 8
const BYTES = 4

/** Writes a tagger: magic, length of the head (u32, little endian), head in JSON, both lists, the signed bytes. */
export function writePersonModel({ scale, bias, values, given, family }: PersonModel): Uint8Array {
  const counts = { given: given.length, family: family.length }
  const plain = JSON.stringify({ scale, bias, ...counts })
  // Padded so that the lists begin at a multiple of four.
  const text = new TextEncoder().encode(plain.padEnd(Math.ceil(plain.length / BYTES) * BYTES))
  const from = HEAD_BYTES + text.length
  const bytes = new Uint8Array(from + (given.length + family.length) * BYTES + values.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, MAGIC, true)
  view.setUint32(BYTES, text.length, true)
  bytes.set(text, HEAD_BYTES)
  bytes.set(new Uint8Array(given.buffer), from)
  bytes.set(new Uint8Array(family.buffer), from + given.length * BYTES)
  bytes.set(new Uint8Array(values.buffer), from + (given.length + family.length) * BYTES)
  return bytes
}

/** Reads what {@link writePersonModel} wrote. Throws a TypeError when the bytes are no such tagger. */
export function readPersonModel(bytes: Uint8Array): PersonModel {
  const own = new Uint8Array(bytes)
  const view = new DataView(own.buffer)
  if (own.length < HEAD_BYTES || view.getUint32(0, true) !== MAGIC) throw new TypeError('this is no tagger of names')
  const from = HEAD_BYTES + view.getUint32(BYTES, true)
  // Sound: the file is one of ours, written by writePersonModel; its size is checked below.
  const head = JSON.parse(new TextDecoder().decode(own.subarray(HEAD_BYTES, from))) as Counts
  const familyFrom = from + head.given * BYTES
  const valuesFrom = familyFrom + head.family * BYTES
  if (own.length - valuesFrom !== NAME_BUCKETS) throw new TypeError('this tagger was made for other features')
  return Object.freeze({
    scale: head.scale,
    bias: head.bias,
    given: new Int32Array(own.buffer, from, head.given),
    family: new Int32Array(own.buffer, familyFrom, head.family),
    values: new Int8Array(own.buffer, valuesFrom, NAME_BUCKETS),
  })
}

interface Counts {
  readonly scale: number
  readonly bias: number
  readonly given: number
  readonly family: number
}

/** Looks hashes up in both lists. */
export function nameLists({ given, family }: Pick<PersonModel, 'given' | 'family'>): NameLists {
  return (hash) => (holds(given, hash) ? 1 : 0) | (holds(family, hash) ? 2 : 0)
}

function holds(sorted: Int32Array, hash: number): boolean {
  let low = 0
  let high = sorted.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const value = sorted[middle] as number
    if (value === hash) return true
    if (value < hash) low = middle + 1
    else high = middle - 1
  }
  return false
}
