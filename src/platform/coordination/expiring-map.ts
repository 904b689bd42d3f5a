/**
 * A map whose idle entries go away without a timer: every new key looks at two old ones and drops those that are over.
 * Memory stays within about twice what is alive, and no sweep ever stops the process.
 */
export interface ExpiringMap<V> {
  readonly get: (key: string) => V | undefined
  /** Sets `key`, and drops up to two entries that are over at `nowMs`. */
  readonly set: (key: string, value: V, nowMs: number) => void
  readonly delete: (key: string) => void
  readonly size: () => number
}

const LOOKED_AT_A_TIME = 2

/** Makes an {@link ExpiringMap}; `isOver` says whether an entry may be forgotten at an instant (epoch milliseconds). */
export function expiringMap<V>(isOver: (value: V, nowMs: number) => boolean): ExpiringMap<V> {
  const entries = new Map<string, V>()
  let walk = entries.entries()

  const tidy = (nowMs: number) => {
    for (let looked = 0; looked < LOOKED_AT_A_TIME; looked++) {
      const next = walk.next()
      if (next.done) {
        walk = entries.entries()
        return
      }
      if (isOver(next.value[1], nowMs)) entries.delete(next.value[0])
    }
  }
  return {
    get: (key) => entries.get(key),
    set: (key, value, nowMs) => {
      if (!entries.has(key)) tidy(nowMs)
      entries.set(key, value)
    },
    delete: (key) => entries.delete(key),
    size: () => entries.size,
  }
}
