import { sha256Hex } from '../../../lib/crypto.ts'

/** Numbers in a vector when the caller asks for no other count. */
const DIMENSIONS = 256
const MAX_DIMENSIONS = 4_096

/**
 * A vector of unit length for a text: its words and their three-letter pieces hashed into places. The same text gives the
 * same vector, and texts that share words lie closer than texts that do not.
 */
export function vectorOf(text: string, wanted: unknown): number[] {
  const dimensions =
    typeof wanted === 'number' && wanted > 0 ? Math.min(Math.floor(wanted), MAX_DIMENSIONS) : DIMENSIONS
  const vector = new Array<number>(dimensions).fill(0)
  for (const piece of piecesOf(text.toLowerCase())) {
    const hash = Number.parseInt(sha256Hex(piece).slice(0, 12), 16)
    const place = hash % dimensions
    vector[place] = (vector[place] ?? 0) + (hash % 2 === 0 ? 1 : -1)
  }
  const length = Math.hypot(...vector)
  return length === 0 ? vector.map((_, index) => (index === 0 ? 1 : 0)) : vector.map((value) => value / length)
}

function piecesOf(text: string): string[] {
  const words = text.match(/[\p{L}\p{N}]+/gu)?.slice(0, 2_000) ?? []
  return words.flatMap((word) => [
    word,
    ...Array.from({ length: Math.max(0, word.length - 2) }, (_, at) => word.slice(at, at + 3)),
  ])
}
