/** A set of small whole numbers, 32 to a word. */
export type BitSet = Uint32Array

/** An empty set for numbers below `size`. */
export function bitSet(size: number): BitSet {
  return new Uint32Array((size + 31) >>> 5)
}

/** Puts a number into the set. */
export function addBit(set: BitSet, number: number): void {
  set[number >>> 5] = (set[number >>> 5] ?? 0) | (1 << (number & 31))
}

/** Whether a number is in the set. */
export function hasBit(set: BitSet, number: number): boolean {
  return ((set[number >>> 5] ?? 0) & (1 << (number & 31))) !== 0
}

/** The lowest number above `after` that is in all three sets, or -1. The sets have one size; `after` is -1 to begin. */
export function nextInAll(sets: readonly [BitSet, BitSet, BitSet], after: number): number {
  const [first, second, third] = sets
  const from = after + 1
  let mask = -1 << (from & 31)
  for (let word = from >>> 5; word < first.length; word++) {
    const bits = (first[word] ?? 0) & (second[word] ?? 0) & (third[word] ?? 0) & mask
    if (bits !== 0) return (word << 5) + (31 - Math.clz32(bits & -bits))
    mask = -1
  }
  return -1
}
