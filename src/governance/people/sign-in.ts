import { GatewayError } from '../../lib/errors.ts'
import type { Tables } from '../../platform/storage/index.ts'
import type { AuditOrigin } from '../audit/index.ts'
import type { Session } from '../identity/index.ts'
import type { Attempts } from './attempts.ts'
import type { Passwords } from './passwords.ts'
import { findUser, type UserRow } from './people.store.ts'
import type { SecondFactor } from './second-factor.ts'
import type { Sessions, StartedSession } from './sessions.ts'

/** What somebody proves with who they are. */
export interface Proof {
  readonly password?: string | undefined
  /** A code of the second factor, or a recovery code. */
  readonly code?: string | undefined
  readonly address: string | undefined
}

/** An attempt to sign in with a password. */
export interface PasswordSignIn extends Proof {
  readonly email: string
  readonly password: string
  readonly agent: string
  readonly requestId: string
}

/** Signing in with a password of this gateway. */
export interface SignIn {
  /**
   * A wrong address, a wrong password, a disabled account and one that signs in elsewhere look the same and take the same
   * time. Throws `sign_in_failed`, `second_factor_required` (the password is right), `rate_limited`, `overloaded`.
   */
  readonly withPassword: (attempt: PasswordSignIn) => Promise<StartedSession>
  /** Whether this is the person's password; counted like an attempt to sign in. Throws `sign_in_failed`, `rate_limited`. */
  readonly confirm: (attempt: Pick<PasswordSignIn, 'email' | 'password' | 'address'>) => Promise<void>
  /**
   * Proves again who is signed in, by all that the account has: its password, and a code. Throws what signing in does, and
   * `conflict` when it has neither, so that only signing in anew proves anything.
   */
  readonly stepUp: (session: Session, proof: Proof, by: AuditOrigin) => Promise<void>
}

/** What signing in is made with. */
export interface SignInOptions {
  readonly tables: Tables
  readonly attempts: Attempts
  readonly passwords: Passwords
  readonly factor: SecondFactor
  readonly sessions: Sessions
}

type Attempted = Pick<PasswordSignIn, 'email' | 'password' | 'address'>

/** Makes {@link SignIn}. */
export function signIn({ tables, attempts, passwords, factor, sessions }: SignInOptions): SignIn {
  /** Counts the attempt unless `task` succeeds, or only lacks the code that the person has not been asked for yet. */
  const counted = async <T>(email: string, address: string | undefined, task: () => Promise<T>): Promise<T> => {
    const succeeded = await attempts.begin({ account: email, address: address ?? '' })
    try {
      const result = await task()
      await succeeded()
      return result
    } catch (cause) {
      if (cause instanceof GatewayError && cause.code !== 'sign_in_failed') await succeeded()
      throw cause
    }
  }
  const prove = async ({ email, password }: Attempted): Promise<UserRow> => {
    const row = await findUser(tables, 'email', email.toLowerCase())
    const usable = row?.status === 'active' ? row : undefined
    const isRight = await passwords.match(password, usable?.password)
    if (!usable || !isRight) throw new GatewayError('sign_in_failed')
    return usable
  }
  return {
    withPassword: async (attempt) => {
      const { address, agent, requestId, code } = attempt
      const { id: userId, email } = await counted(attempt.email, address, async () => {
        const row = await prove(attempt)
        await factor.check(row, code)
        return row
      })
      return sessions.start({ userId, email, method: 'password', address, agent, requestId })
    },
    confirm: async (attempt) => {
      await counted(attempt.email, attempt.address, () => prove(attempt))
    },
    stepUp: async ({ id, person }, { password, code, address }, by) => {
      await counted(person.email, address, async () => {
        const row = await findUser(tables, 'id', person.id)
        if (!row || (row.password === null && row.totp_on !== 1)) {
          throw new GatewayError('conflict', { message: 'Sign in anew to prove who you are.' })
        }
        if (row.password !== null) await prove({ email: row.email, password: password ?? '', address })
        await factor.check(row, code)
      })
      await sessions.prove(id, by)
    },
  }
}
