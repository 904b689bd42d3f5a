import { BUCKETS } from './features.ts'

/** A trained linear model over {@link BUCKETS} hashed features. */
export interface Weights {
  readonly name: string
  /** One for each bucket; times `scale` they are what was learned. */
  readonly values: Int8Array
  readonly scale: number
  readonly bias: number
  /** Tokens of the windows that a text is read in, besides the whole. */
  readonly windows: readonly number[]
  /** The raw score that becomes 0.5: where 1 % of honest texts of unseen sources lie above. */
  readonly center: number
  /** How much further a raw score must be to become 0.73. */
  readonly spread: number
}

const MAGIC = 0x4c_4d_48_47 // "GHML"
const HEAD_BYTES = 8

/** Writes a model: magic, length of the head (u32, little endian), head in JSON, one signed byte for each bucket. */
export function writeWeights({ values, ...head }: Weights): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(head))
  const bytes = new Uint8Array(HEAD_BYTES + text.length + values.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, MAGIC, true)
  view.setUint32(4, text.length, true)
  bytes.set(text, HEAD_BYTES)
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.length), HEAD_BYTES + text.length)
  return bytes
}

/** Reads what {@link writeWeights} wrote. Throws a TypeError when the bytes are no such model, or one of other features. */
export function readWeights(bytes: Uint8Array): Weights {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < HEAD_BYTES || view.getUint32(0, true) !== MAGIC) throw new TypeError('this is no model')
  const from = HEAD_BYTES + view.getUint32(4, true)
  // Sound: the file is one of ours, written by writeWeights; its size is checked below.
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(HEAD_BYTES, from))) as Omit<Weights, 'values'>
  if (bytes.length - from !== BUCKETS) throw new TypeError(`the model ${head.name} was made for other features`)
  return Object.freeze({ ...head, values: new Int8Array(bytes.buffer, bytes.byteOffset + from, BUCKETS) })
}
