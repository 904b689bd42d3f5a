import { z } from 'zod'
import { pageQuery } from './list.ts'

const email = z
  .string()
  .trim()
  .max(254)
  .regex(/^[^\s@:,;<>"()]+@[^\s@:,;<>"()]+$/, { error: 'expected an e-mail address' })
const personName = z.string().trim().max(256)
const team = z.string().min(1).max(128)
const password = z.string().min(1).max(1_024)

/** Body of `POST /api/v1/session`. */
export const signInBody = z.strictObject({
  email: z.string().max(1_024),
  password,
  /** The code of the second factor, or a recovery code; asked for with `second_factor_required`. */
  totp: z.string().max(64).optional(),
})

/** Answer of `POST` and `GET /api/v1/session`. */
export const sessionAnswer = z.strictObject({
  user: z.strictObject({ id: z.string(), email: z.string(), name: z.string() }),
  teams: z.array(z.string()),
  roles: z.array(z.string()),
  permissions: z.array(z.string()),
  expiresAt: z.string(),
  /** When the person last proved who they are. */
  provedAt: z.string(),
  /** `required`: nothing else is possible before; `advised`: somebody else may know the password. */
  passwordChange: z.enum(['none', 'advised', 'required']),
})

/** Answer of `GET /api/v1/session/methods`. */
export const methodsAnswer = z.strictObject({
  password: z.boolean(),
  providers: z.array(z.strictObject({ name: z.string(), kind: z.string(), label: z.string(), href: z.string() })),
})

/** One person in `GET /api/v1/users`. */
export const userAnswer = z.strictObject({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  status: z.enum(['active', 'disabled', 'deleted']),
  hasPassword: z.boolean(),
  /** Signs in with one-time codes besides. */
  hasSecondFactor: z.boolean(),
  passwordChange: z.enum(['none', 'advised', 'required']),
  /** `local`, or the identity provider that the account comes from. */
  origin: z.string(),
  /** Teams that an administrator put them into. */
  teams: z.array(z.string()),
  /** All teams they are in, those above included. */
  effectiveTeams: z.array(z.string()),
  groups: z.array(z.string()),
  createdAt: z.string(),
  lastSeenAt: z.string().nullable(),
})

/** Body of `POST /api/v1/users`. */
export const newUserBody = z.strictObject({
  email,
  name: personName.default(''),
  teams: z.array(team).max(100).default([]),
})

/** Body of `PATCH /api/v1/users/{id}`. */
export const changeUserBody = z.strictObject({
  name: personName.optional(),
  teams: z.array(team).max(100).optional(),
  disabled: z.boolean().optional(),
})

/** Answer where a one-time password was made: the only time that it is shown. */
export const oneTimePasswordAnswer = z.strictObject({ user: userAnswer, password: z.string() })

/** Body of `POST /api/v1/session/step-up`: what the account has of the two. */
export const stepUpBody = z.strictObject({
  password: password.optional(),
  totp: z.string().max(64).optional(),
})

/** Answer of `POST /api/v1/me/second-factor`: for an authenticator app; shown once. */
export const enrolmentAnswer = z.strictObject({ secret: z.string(), uri: z.string() })

/** Body of `POST /api/v1/me/second-factor:confirm`. */
export const confirmFactorBody = z.strictObject({ code: z.string().max(64) })

/** Answer of `POST /api/v1/me/second-factor:confirm`: shown once. */
export const recoveryCodesAnswer = z.strictObject({ recoveryCodes: z.array(z.string()) })

/** Body of `PUT /api/v1/me/password`. */
export const changePasswordBody = z.strictObject({ current: password, password })

/** One of your sessions in `GET /api/v1/me/sessions`. */
export const openSessionAnswer = z.strictObject({
  id: z.string(),
  /** How it began: `password`, `oidc:<provider>`, … */
  method: z.string(),
  address: z.string(),
  agent: z.string(),
  createdAt: z.string(),
  seenAt: z.string(),
  expiresAt: z.string(),
  /** The one that asks. */
  current: z.boolean(),
})

/** One of your keys in `GET /api/v1/me/keys`. */
export const personalKeyAnswer = z.strictObject({
  id: z.string(),
  name: z.string(),
  expires: z.string().optional(),
  narrowTo: z.array(z.string()).optional(),
  disabled: z.boolean(),
})

/** Body of `POST /api/v1/me/keys`. */
export const newPersonalKeyBody = z.strictObject({
  name: z.string().regex(/^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$/, {
    error: 'expected up to 64 small letters, digits and "-"',
  }),
  /** A day or an RFC 3339 instant. */
  expires: z.string().max(64).optional(),
  narrowTo: z.array(z.string().max(256)).max(1_000).optional(),
})

/** The query of `GET /api/v1/users`. */
export const usersQuery = pageQuery.extend({
  /** Part of the address or the name. */
  search: z.string().max(256).toLowerCase().optional(),
})

/** Query of the addresses that send a browser to an identity provider. */
export const returnQuery = z.strictObject({
  /** A path of this gateway to come back to. */
  returnTo: z.string().optional(),
})
