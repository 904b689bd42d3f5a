/** A stretch of tokens, from and up to, and its raw score. */
export interface Stretch {
  readonly from: number
  readonly to: number
  readonly score: number
}

/** Keeps short stretches from scoring high by a single word. */
const PAD = 8

/** What a stretch of this many tokens is divided by: its sum grows with its length, but what it says does not. */
export function lengthScale(tokens: number): number {
  return 1 / Math.sqrt(tokens + PAD)
}

/**
 * Calls back for every stretch that is looked at: windows of each length, a quarter apart, and the whole of a text that is
 * no longer than the longest of them. What is hardly suspicious at any place does not add up over a long text.
 * `sums` holds at place `i` the sum of the scores of the first `i` tokens.
 */
export function forEachStretch(
  sums: Float64Array,
  { count, windows }: { readonly count: number; readonly windows: readonly number[] },
  see: (from: number, to: number, score: number) => void,
): void {
  if (count === 0) return
  if (count <= Math.max(...windows)) see(0, count, ((sums[count] as number) - (sums[0] as number)) * lengthScale(count))
  for (const length of windows) {
    if (length >= count) continue
    const step = Math.max(1, length >> 2)
    const scale = lengthScale(length)
    for (let to = length; to < count; to += step) {
      see(to - length, to, ((sums[to] as number) - (sums[to - length] as number)) * scale)
    }
    see(count - length, count, ((sums[count] as number) - (sums[count - length] as number)) * scale)
  }
}
