/** The number of single-character edits (insert, delete, replace, swap of neighbours) between two words, or `limit + 1`. */
function editDistance(from: string, to: string, limit: number): number {
  if (Math.abs(from.length - to.length) > limit) return limit + 1
  let beforeLast: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    let best = row
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1]
      let cost = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      )
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      if (swapped) cost = Math.min(cost, (beforeLast[column - 2] ?? 0) + 1)
      current.push(cost)
      if (cost < best) best = cost
    }
    if (best > limit) return limit + 1
    beforeLast = last
    last = current
  }
  return last[to.length] ?? limit + 1
}

/** The candidate that was probably meant, or undefined when none is near enough (a third of the word, at most 3 edits). */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > 128) return undefined
  const wanted = word.toLowerCase()
  let limit = Math.min(3, Math.max(1, Math.floor(wanted.length / 3)))
  let found: string | undefined
  for (const candidate of candidates) {
    const distance = editDistance(wanted, candidate.toLowerCase(), limit)
    if (distance > limit || (found !== undefined && distance === limit)) continue
    found = candidate
    if (distance === 0) break
    limit = distance
  }
  return found
}

/** A hint for a word that is not one of `candidates`: what was probably meant, else the whole choice when it is short. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const all = [...candidates]
  const found = nearest(word, all)
  if (found !== undefined) return `Did you mean ${found}?`
  if (all.length === 0 || all.length > 12) return undefined
  return all.length === 1 ? `Write ${all[0]}.` : `Choose one of ${all.toSorted().join(', ')}.`
}
