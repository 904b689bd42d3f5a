/** How far the scanner has come in a text that grows at its end. Owned by whoever owns the text, who tells it of cuts. */
export interface Progress {
  /** Characters that every walk has behind it. */
  read: number
  /** The state of each walk, in the order of the scanner's passes. */
  readonly states: number[]
  /** By the number of the unit: rules woken and where (two numbers each) that may still say something. */
  readonly woken: (number[] | undefined)[]
}

/** Nothing read yet. */
export function noProgress(): Progress {
  return { read: 0, states: [], woken: [] }
}

/** The text is no longer the one that was read. */
export function forgetAll(progress: Progress): void {
  progress.read = 0
  progress.states.length = 0
  progress.woken.length = 0
}

/** The first `count` characters are cut off the text; they must have been read. What was woken there is forgotten. */
export function forget(progress: Progress, count: number): void {
  if (progress.read === 0 || count === 0) return
  progress.read -= count
  for (const hits of progress.woken) if (hits && hits.length > 0) shift(hits, count)
}

function shift(hits: number[], count: number): void {
  let kept = 0
  for (let at = 0; at < hits.length; at += 2) {
    const start = (hits[at + 1] ?? 0) - count
    if (start < 0) continue
    hits[kept++] = hits[at] ?? 0
    hits[kept++] = start
  }
  hits.length = kept
}
