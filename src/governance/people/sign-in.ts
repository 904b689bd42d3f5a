import { GatewayError } from '../../lib/errors.ts'
import type { Tables } from '../../platform/storage/index.ts'
import type { Attempts } from './attempts.ts'
import type { Passwords } from './passwords.ts'
import { findUser, type UserRow } from './people.store.ts'
import type { Sessions, StartedSession } from './sessions.ts'

/** An attempt to sign in with a password. */
export interface PasswordSignIn {
  readonly email: string
  readonly password: string
  readonly address: string | undefined
  readonly agent: string
  readonly requestId: string
}

/** Signing in with a password of this gateway. */
export interface SignIn {
  /**
   * A wrong address, a wrong password, a disabled account and one that signs in elsewhere look the same and take the same
   * time. Throws `sign_in_failed`, `rate_limited`, `overloaded`.
   */
  readonly withPassword: (attempt: PasswordSignIn) => Promise<StartedSession>
  /** Whether this is the person's password; counted like an attempt to sign in. Throws `sign_in_failed`, `rate_limited`. */
  readonly confirm: (attempt: Omit<PasswordSignIn, 'agent' | 'requestId'>) => Promise<void>
}

/** What signing in is made with. */
export interface SignInOptions {
  readonly tables: Tables
  readonly attempts: Attempts
  readonly passwords: Passwords
  readonly sessions: Sessions
}

/** Makes {@link SignIn}. */
export function signIn({ tables, attempts, passwords, sessions }: SignInOptions): SignIn {
  const prove = async ({ email, password, address }: Omit<PasswordSignIn, 'agent' | 'requestId'>): Promise<UserRow> => {
    const account = email.toLowerCase()
    const succeeded = await attempts.begin({ account, address: address ?? '' })
    const row = await findUser(tables, 'email', account)
    const usable = row?.status === 'active' ? row : undefined
    const isRight = await passwords.match(password, usable?.password)
    if (!usable || !isRight) throw new GatewayError('sign_in_failed')
    await succeeded()
    return usable
  }
  return {
    withPassword: async (attempt) => {
      const { id: userId, email } = await prove(attempt)
      const { address, agent, requestId } = attempt
      return sessions.start({ userId, email, method: 'password', address, agent, requestId })
    },
    confirm: async (attempt) => {
      await prove(attempt)
    },
  }
}
