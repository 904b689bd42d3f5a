/** Area under the curve: how often a positive scores above a negative; ties count half. */
export function areaUnderCurve(positives: readonly number[], negatives: readonly number[]): number {
  const all = [...positives.map((score) => ({ score, up: 1 })), ...negatives.map((score) => ({ score, up: 0 }))]
  all.sort((a, b) => a.score - b.score)
  let rankSum = 0
  for (let at = 0; at < all.length; ) {
    let end = at
    while (end < all.length && all[end]?.score === all[at]?.score) end++
    const rank = (at + 1 + end) / 2
    for (let same = at; same < end; same++) if (all[same]?.up === 1) rankSum += rank
    at = end
  }
  const [p, n] = [positives.length, negatives.length]
  return p === 0 || n === 0 ? Number.NaN : (rankSum - (p * (p + 1)) / 2) / (p * n)
}

/** The lowest threshold above which at most a share `rate` of the negatives lies. */
export function thresholdAt(negatives: readonly number[], rate: number): number {
  const sorted = negatives.toSorted((a, b) => b - a)
  return sorted[Math.floor(sorted.length * rate)] ?? -Infinity
}

/** The share of scores above a threshold. */
export function shareAbove(scores: readonly number[], threshold: number): number {
  return scores.length === 0 ? Number.NaN : scores.filter((score) => score > threshold).length / scores.length
}
