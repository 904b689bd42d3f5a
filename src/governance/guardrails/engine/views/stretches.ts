/** Stretches of a text, in order, that do not touch: where each begins and ends, two numbers each. */
export type Stretches = readonly number[]

const MOST = 512

/** Gathers places into stretches: what lies closer together than `near` is one. */
export function stretchGatherer(near: number): {
  readonly add: (from: number, to: number) => void
  readonly all: number[]
} {
  const all: number[] = []
  return {
    all,
    add: (from, to) => {
      const last = all.length - 1
      const end = all[last]
      if (end !== undefined && (from - end <= near || all.length >= MOST)) all[last] = Math.max(end, to)
      else all.push(from, to)
    },
  }
}

/** The stretches with what stands around them; one over the whole text when they are most of it. */
export function widened(
  stretches: Stretches,
  { by, length }: { readonly by: number; readonly length: number },
): Stretches {
  const { all, add } = stretchGatherer(1)
  let sum = 0
  for (let at = 0; at < stretches.length; at += 2) {
    add(Math.max(0, (stretches[at] ?? 0) - by), Math.min(length, (stretches[at + 1] ?? 0) + by))
  }
  for (let at = 0; at < all.length; at += 2) sum += (all[at + 1] ?? 0) - (all[at] ?? 0)
  return sum * 2 > length ? [0, length] : all
}
