/** A bounded map that forgets the entry longest unused. */
export interface LruCache<K, V> {
  /** The value, which becomes the most recently used; undefined when there is none. */
  readonly get: (key: K) => V | undefined
  /** Sets the value, as the most recently used; forgets the oldest beyond the bound. */
  readonly set: (key: K, value: V) => void
  /** Forgets one entry; says whether it was there. */
  readonly delete: (key: K) => boolean
  readonly clear: () => void
  readonly size: () => number
}

/** Makes an {@link LruCache} of at most `maxEntries` (≥ 1). Throws `RangeError` below that. */
export function lruCache<K, V>(maxEntries: number): LruCache<K, V> {
  if (!(maxEntries >= 1)) throw new RangeError('an LRU cache holds at least one entry')
  // A Map keeps insertion order: the first key is the one longest unused.
  const entries = new Map<K, V>()
  // One iterator for life: a new one would walk over every deleted slot again, which costs tens of µs an eviction.
  // All that lies before it is deleted, so what it gives next is the oldest entry.
  let oldest = entries.keys()
  const evict = () => {
    let next = oldest.next()
    if (next.done) {
      oldest = entries.keys()
      next = oldest.next()
    }
    if (!next.done) entries.delete(next.value)
  }
  return {
    get: (key) => {
      const value = entries.get(key)
      if (value === undefined) return undefined
      entries.delete(key)
      entries.set(key, value)
      return value
    },
    set: (key, value) => {
      entries.delete(key)
      entries.set(key, value)
      if (entries.size > maxEntries) evict()
    },
    delete: (key) => entries.delete(key),
    clear: () => {
      entries.clear()
      oldest = entries.keys()
    },
    size: () => entries.size,
  }
}
