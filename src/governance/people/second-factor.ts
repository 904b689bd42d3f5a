import type { Clock } from '../../lib/clock.ts'
import { randomBase62, sha256Hex } from '../../lib/crypto.ts'
import { GatewayError } from '../../lib/errors.ts'
import type { Random } from '../../lib/random.ts'
import type { Tables } from '../../platform/storage/index.ts'
import type { AuditOrigin } from '../audit/index.ts'
import { findUser, type UserRow, updateUser } from './people.store.ts'
import { namesIn, type Registry } from './registry.ts'
import { base32, TOTP_SECRET_BYTES, totpStepOf, totpUri } from './totp.ts'

/** Seals small secrets of people, each bound to its person. */
export interface PersonalSealer {
  readonly seal: (userId: string, plain: Uint8Array) => string
  /** Undefined when the text does not open for this person. */
  readonly unseal: (userId: string, sealed: string) => Uint8Array | undefined
}

/** A secret to be put into an authenticator app; it counts when the first code was confirmed. */
export interface Enrolment {
  readonly secret: string
  /** For the picture that apps read. */
  readonly uri: string
}

/** One-time codes of an app (TOTP), and recovery codes for when it is lost. */
export interface SecondFactor {
  /** A new secret. Throws `conflict` when the person has one that counts already. */
  readonly enrol: (userId: string, by: AuditOrigin) => Promise<Enrolment>
  /** Makes it count; gives recovery codes, shown once. Throws `sign_in_failed` for a wrong code, `conflict`. */
  readonly confirm: (userId: string, code: string, by: AuditOrigin) => Promise<readonly string[]>
  readonly remove: (userId: string, by: AuditOrigin) => Promise<void>
  /**
   * Takes a code, or uses a recovery code up. Throws `second_factor_required` when there is none though the person has the
   * factor, `sign_in_failed` when it is wrong or was used before.
   */
  readonly check: (row: UserRow, code: string | undefined) => Promise<void>
}

/** What the second factor is made with. */
export interface SecondFactorOptions {
  readonly tables: Tables
  readonly registry: Registry
  readonly sealer: PersonalSealer
  readonly clock: Clock
  readonly random: Random
  /** The name that apps show. */
  readonly issuer: string
}

const RECOVERY_CODES = 10
const RECOVERY_DIGITS = 12

/** Makes the {@link SecondFactor} of a registry. */
export function secondFactor(options: SecondFactorOptions): SecondFactor {
  const { tables, registry, sealer, clock, random } = options
  const secretOf = (row: UserRow): Uint8Array | undefined =>
    row.totp === null ? undefined : sealer.unseal(row.id, row.totp)
  const isRight = (row: UserRow, code: string) => {
    const secret = secretOf(row)
    return secret && totpStepOf(secret, plain(code), { nowMs: clock.now(), usedStep: row.totp_step })
  }
  return {
    enrol: async (userId, by) => {
      const row = await existing(tables, userId)
      if (row.totp_on === 1) throw new GatewayError('conflict', { message: 'There is a second factor already.' })
      const secret = random.bytes(TOTP_SECRET_BYTES)
      await registry.change(
        (on, version) => updateUser(on, userId, { totp: sealer.seal(userId, secret), totp_step: 0, version }),
        () => ({ ...by, action: 'user.enrol-second-factor', object: `user:${row.email}` }),
      )
      return { secret: base32(secret), uri: totpUri(secret, { issuer: options.issuer, account: row.email }) }
    },
    confirm: async (userId, code, by) => {
      const codes = Array.from({ length: RECOVERY_CODES }, () => randomBase62(RECOVERY_DIGITS, random.bytes))
      const recovery = JSON.stringify(codes.map((one) => sha256Hex(one)))
      await registry.change(
        async (on, version) => {
          const row = await existing(on, userId)
          if (row.totp_on === 1) throw new GatewayError('conflict', { message: 'There is a second factor already.' })
          const step = isRight(row, code)
          if (step === undefined) throw new GatewayError('sign_in_failed', { message: 'This code is not right.' })
          await updateUser(on, userId, { totp_on: 1, totp_step: step, recovery, version })
          return row
        },
        ({ email }) => ({ ...by, action: 'user.second-factor', object: `user:${email}` }),
      )
      return codes
    },
    remove: (userId, by) =>
      registry.change(
        async (on, version) => {
          await updateUser(on, userId, { totp: null, totp_on: 0, totp_step: 0, recovery: '[]', version })
        },
        () => ({ ...by, action: 'user.remove-second-factor', object: `user:${userId}` }),
      ),
    check: async (given, code) => {
      if (given.totp_on !== 1) return
      if (code === undefined || code.trim() === '') throw new GatewayError('second_factor_required')
      await registry.change(
        // Read again under the transaction's lock: of two that come with one code, one is let in.
        async (on, version) => {
          const row = await existing(on, given.id)
          const step = isRight(row, code)
          if (step !== undefined) return updateUser(on, row.id, { totp_step: step, version })
          const digest = sha256Hex(plain(code))
          const kept = namesIn(row.recovery)
          if (!kept.includes(digest)) throw new GatewayError('sign_in_failed')
          await updateUser(on, row.id, { recovery: JSON.stringify(kept.filter((one) => one !== digest)), version })
        },
        () => undefined,
      )
    },
  }
}

/** As it is typed: in groups, with spaces or dashes. */
function plain(code: string): string {
  return code.replace(/[\s-]/g, '')
}

async function existing(tables: Tables, userId: string): Promise<UserRow> {
  const row = await findUser(tables, 'id', userId)
  if (row && row.status !== 'deleted') return row
  throw new GatewayError('not_found', { message: 'There is no such person.' })
}
