import { GatewayError } from '../../../lib/errors.ts'
import { isObject } from '../../../lib/json.ts'
import type { EmbedAnswer, EmbedCall } from '../canonical.ts'
import type { JsonObject } from '../dialect.ts'
import { decodeErrorBody } from '../errors.ts'
import { decodeUsage } from '../openai-chat/usage.ts'

/** Bytes of one number in base64 vectors: IEEE 754 single precision, little endian. */
const FLOAT_BYTES = 4

/** The vectors as the caller asked for them: arrays of numbers, or base64 of little-endian 32-bit floats. */
export function encodeAnswer(answer: EmbedAnswer, call: EmbedCall): JsonObject {
  const prompt = answer.usage?.inputTokens ?? 0
  return {
    object: 'list',
    data: answer.vectors.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: call.encoding === 'base64' ? toBase64(vector) : vector,
    })),
    model: answer.model,
    usage: { prompt_tokens: prompt, total_tokens: prompt },
  }
}

/**
 * An upstream's vectors in the order of the inputs, from numbers or base64. Throws `upstream_invalid` for anything else, and the
 * error's own code for an error inside a 200.
 */
export function decodeAnswer(body: JsonObject): EmbedAnswer {
  if (body.error !== undefined && body.error !== null) throw decodeErrorBody(body)
  if (!Array.isArray(body.data)) throw notAnAnswer('no data')
  const vectors: (readonly number[])[] = new Array(body.data.length)
  body.data.forEach((entry: unknown, position) => {
    if (!isObject(entry)) throw notAnAnswer('an entry is not an object')
    const index = Number.isInteger(entry.index) ? Number(entry.index) : position
    if (vectors[index] !== undefined || index < 0 || index >= vectors.length) throw notAnAnswer('indexes do not fit')
    vectors[index] = vectorOf(entry.embedding)
  })
  return { kind: 'embed', model: typeof body.model === 'string' ? body.model : '', vectors, usage: decodeUsage(body) }
}

function vectorOf(embedding: unknown): readonly number[] {
  if (typeof embedding === 'string') return fromBase64(embedding)
  if (Array.isArray(embedding) && embedding.every((value) => typeof value === 'number')) return embedding
  throw notAnAnswer('an embedding is neither numbers nor base64')
}

function toBase64(vector: readonly number[]): string {
  const view = new DataView(new ArrayBuffer(vector.length * FLOAT_BYTES))
  for (const [index, value] of vector.entries()) view.setFloat32(index * FLOAT_BYTES, value, true)
  return new Uint8Array(view.buffer).toBase64()
}

function fromBase64(text: string): readonly number[] {
  let bytes: Uint8Array
  try {
    bytes = Uint8Array.fromBase64(text)
  } catch {
    throw notAnAnswer('an embedding is not base64')
  }
  if (bytes.length % FLOAT_BYTES !== 0) throw notAnAnswer('an embedding is not a whole number of floats')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: bytes.length / FLOAT_BYTES }, (_, index) => view.getFloat32(index * FLOAT_BYTES, true))
}

function notAnAnswer(why: string): GatewayError {
  return new GatewayError('upstream_invalid', { internalDetail: `not an embeddings answer: ${why}` })
}
