import type { Hold } from '../../governance/limits/index.ts'

interface Running {
  readonly endsAt: number
  readonly hold: Hold
  readonly tokens: number
  readonly cost: number
}

/** The operations that run at an instant of a replay, the first to end on top: a binary heap. */
export interface InFlight {
  readonly add: (running: Running) => void
  /** Ends what has ended by an instant (epoch milliseconds), in its order. */
  readonly settleUntil: (instant: number) => void
}

/** Nothing is running yet. */
export function inFlight(): InFlight {
  const heap: Running[] = []
  const endsAt = (at: number) => heap[at]?.endsAt ?? Number.POSITIVE_INFINITY
  const swap = (a: number, b: number) => {
    const [one, other] = [heap[a], heap[b]]
    if (one && other) {
      heap[a] = other
      heap[b] = one
    }
  }
  const pop = (): Running | undefined => {
    const top = heap[0]
    const last = heap.pop()
    if (!last || heap.length === 0) return top
    heap[0] = last
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2]
      const first = endsAt(right) < endsAt(left) ? right : left
      if (endsAt(first) >= endsAt(at)) return top
      swap(at, first)
      at = first
    }
  }
  return {
    add: (running) => {
      heap.push(running)
      for (let at = heap.length - 1; at > 0; ) {
        const above = (at - 1) >> 1
        if (endsAt(above) <= endsAt(at)) return
        swap(at, above)
        at = above
      }
    },
    settleUntil: (instant) => {
      while (endsAt(0) <= instant) {
        const ended = pop()
        void ended?.hold.settle({ tokens: ended.tokens, cost: ended.cost })
      }
    },
  }
}
