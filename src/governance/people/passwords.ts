import { randomBase62 } from '../../lib/crypto.ts'
import { GatewayError } from '../../lib/errors.ts'
import type { Random } from '../../lib/random.ts'

/** A slow, salted hash of passwords (argon2id); what it takes from the machine is its own affair. */
export interface PasswordHasher {
  readonly hash: (password: string) => Promise<string>
  /** Never throws for a hash that is none: it does not match. */
  readonly matches: (password: string, hash: string) => Promise<boolean>
}

/** What is done with passwords. */
export interface Passwords {
  /** Throws `invalid_request` when the text will not do as a password of this person, and `overloaded`. */
  readonly hashed: (password: string, email: string) => Promise<string>
  /** Hashes what an operator decided on, whatever it is. Throws `overloaded`. */
  readonly hashedAsGiven: (password: string) => Promise<string>
  /** Takes as long when there is no hash as when there is one. Throws `overloaded`. */
  readonly match: (password: string, hash: string | null | undefined) => Promise<boolean>
  /** A password to be handed to somebody once: 119 random bits, of letters and digits. */
  readonly oneTime: () => string
}

/** Shortest password, in characters. */
const SHORTEST_PASSWORD = 12
/** Longest password, in characters. */
const LONGEST_PASSWORD = 256

const ONE_TIME_DIGITS = 20
const LEAST_DISTINCT = 5
/** Each hash takes a core and tens of megabytes: more at once would make strangers' attempts everybody's outage. */
const AT_ONCE = 2
const WAITING = 64

/** Makes {@link Passwords} over a hasher. */
export function passwords(hasher: PasswordHasher, random: Random): Passwords {
  const queue = bounded(AT_ONCE, WAITING)
  // What is compared with when nobody has that address: of the same cost as a real one, and known to nobody.
  let decoy: Promise<string> | undefined
  const decoyHash = () => {
    decoy ??= hasher.hash(randomBase62(ONE_TIME_DIGITS, random.bytes))
    return decoy
  }
  const hashedAsGiven = (password: string) => queue(() => hasher.hash(password.normalize('NFKC')))
  return {
    hashed: (password, email) => {
      const problem = passwordProblem(password, email)
      if (problem) throw new GatewayError('invalid_request', { message: problem, param: 'password' })
      return hashedAsGiven(password)
    },
    hashedAsGiven,
    match: (password, hash) =>
      queue(async () => {
        const against = hash ?? (await decoyHash())
        const text = password.length > LONGEST_PASSWORD ? '' : password.normalize('NFKC')
        return (await hasher.matches(text, against)) && typeof hash === 'string'
      }),
    oneTime: () => randomBase62(ONE_TIME_DIGITS, random.bytes),
  }
}

/** Why a text will not do as the password of a person; undefined when it will (NIST SP 800-63B §3.1.1: length counts, not classes). */
export function passwordProblem(password: string, email: string): string | undefined {
  const text = password.normalize('NFKC')
  if (text.length < SHORTEST_PASSWORD) return `A password has at least ${SHORTEST_PASSWORD} characters.`
  if (password.length > LONGEST_PASSWORD) return `A password has at most ${LONGEST_PASSWORD} characters.`
  const lower = text.toLowerCase()
  if (new Set(lower).size < LEAST_DISTINCT) return 'This password repeats too few characters.'
  const [name = ''] = email.toLowerCase().split('@')
  const rest = lower.replaceAll(email.toLowerCase(), '').replaceAll(name.length >= 4 ? name : '\0', '')
  if (/^(password|passwort|qwerty|123456789|abcdef|letmein|gatehouse|welcome|admin)+[\d!.?*_-]*$/.test(lower))
    return 'This password is among the first that anybody would try.'
  if (rest.length < SHORTEST_PASSWORD / 2) return 'This password is little more than the e-mail address.'
  return undefined
}

/** Runs at most `atOnce` tasks together, lets `waiting` more wait, and refuses beyond. */
function bounded(atOnce: number, waiting: number): <T>(task: () => Promise<T>) => Promise<T> {
  let running = 0
  const line: (() => void)[] = []
  return async (task) => {
    if (running >= atOnce) {
      if (line.length >= waiting) throw new GatewayError('overloaded', { retryAfterMs: 5_000 })
      await new Promise<void>((resolve) => line.push(resolve))
    } else running += 1
    try {
      return await task()
    } finally {
      const next = line.shift()
      // Whoever waited takes the place over.
      if (next) next()
      else running -= 1
    }
  }
}
