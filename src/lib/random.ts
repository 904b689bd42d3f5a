/** The only source of chance. Handed down from `server/compose.ts`; tests pass a seeded one. */
export interface Random {
  /** A number in [0, 1). Not for secrets. */
  readonly fraction: () => number
  /** `length` bytes; cryptographically strong when it comes from {@link systemRandom}. */
  readonly bytes: (length: number) => Uint8Array
}

/** The machine's chance: strong bytes for secrets, a fast generator for jitter and weights. */
export const systemRandom: Random = Object.freeze({
  fraction: () => Math.random(),
  bytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)),
})

/** A repeatable sequence from a 32-bit seed (mulberry32): for tests and simulation, never for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  const fraction = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  return {
    fraction,
    bytes: (length) => Uint8Array.from({ length }, () => Math.floor(fraction() * 256)),
  }
}
