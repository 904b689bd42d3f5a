import type { PasswordHasher } from '../governance/people/index.ts'

/** Twice what OWASP's table asks at least of argon2id (19 MiB, 2 passes, November 2026); some 40 ms of one core. */
const ARGON2ID = { algorithm: 'argon2id', memoryCost: 38_912, timeCost: 2 } as const

/** Passwords hashed with argon2id by the runtime, off the main thread. */
export function argon2idHasher(): PasswordHasher {
  return {
    hash: (password) => Bun.password.hash(password, ARGON2ID),
    matches: async (password, hash) => {
      try {
        // An empty text is refused by the runtime with an exception; it matches nothing anyway.
        return password !== '' && (await Bun.password.verify(password, hash, 'argon2id'))
      } catch {
        return false
      }
    },
  }
}
