import { z } from 'zod'
import { canonicalJson, sha256Hex } from '../../../lib/crypto.ts'
import { GatewayError } from '../../../lib/errors.ts'
import type { ProvisionedGroup, ProvisionedUser } from '../../people/index.ts'
import { isOfDomains } from '../claims.ts'
import { isObject, stepsOf } from './filter.ts'

/** The names of SCIM's schemas and messages (RFC 7643 §8, RFC 7644 §3). */
export const SCIM = Object.freeze({
  user: 'urn:ietf:params:scim:schemas:core:2.0:User',
  group: 'urn:ietf:params:scim:schemas:core:2.0:Group',
  list: 'urn:ietf:params:scim:api:messages:2.0:ListResponse',
  error: 'urn:ietf:params:scim:api:messages:2.0:Error',
})

/** A resource as it is answered. */
export type Resource = Readonly<Record<string, unknown>>

const LONGEST_ATTRIBUTES = 32_768

/** Entra sends truth values as words. */
const truth = z.union([
  z.boolean(),
  z
    .string()
    .regex(/^(true|false)$/i)
    .transform((word) => word.toLowerCase() === 'true'),
])

const userBody = z.looseObject({
  userName: z.string().trim().min(1).max(254),
  externalId: z.string().max(512).nullish(),
  active: truth.default(true),
  displayName: z.string().max(256).nullish(),
  name: z
    .looseObject({
      formatted: z.string().max(256).nullish(),
      givenName: z.string().max(256).nullish(),
      familyName: z.string().max(256).nullish(),
    })
    .nullish(),
  emails: z
    .array(z.looseObject({ value: z.string().max(254), primary: truth.nullish() }))
    .max(50)
    .nullish(),
})

const groupBody = z.looseObject({
  displayName: z.string().trim().min(1).max(256),
  externalId: z.string().max(512).nullish(),
  members: z
    .array(z.looseObject({ value: z.string().max(128) }))
    .max(100_000)
    .nullish(),
})

/** Members that the server says, or that it must not keep. */
const NOT_KEPT = new Set(['schemas', 'id', 'meta', 'groups', 'password', 'externalid', 'username', 'active'])

/** A person as a provider describes them. Throws `invalid_request` (`invalidValue`), also for an address of another's domain. */
export function userWish(body: unknown, domains: readonly string[]) {
  const { userName, externalId, active, displayName, name, emails, ...rest } = read(userBody, body)
  const listed = emails?.find(({ primary }) => primary === true) ?? emails?.[0]
  const email = listed?.value ?? userName
  if (!isOfDomains(email, domains)) {
    throw invalid(`${email} is no address of the provider's domains (${domains.slice(0, 5).join(', ')}).`)
  }
  const whole = { ...rest, ...definedOf({ displayName, name, emails }) }
  const attributes = Object.fromEntries(Object.entries(whole).filter(([key]) => !NOT_KEPT.has(key.toLowerCase())))
  if (JSON.stringify(attributes).length > LONGEST_ATTRIBUTES) throw invalid('It says too much.')
  const parts = [name?.givenName, name?.familyName].filter((part) => typeof part === 'string' && part !== '').join(' ')
  const shown = displayName || name?.formatted || parts
  return { userName, externalId: externalId ?? undefined, email, name: shown, active, attributes }
}

/** A group as a provider describes it. Throws `invalid_request` (`invalidValue`). */
export function groupWish(body: unknown) {
  const { displayName, externalId, members } = read(groupBody, body)
  return { displayName, externalId: externalId ?? undefined, members: (members ?? []).map(({ value }) => value) }
}

function read<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(isObject(body) ? spelled(body) : body)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw invalid(`${issue?.path.join('.') || 'The body'}: ${issue?.message ?? 'not valid'}.`)
}

const SPELLINGS = ['userName', 'externalId', 'active', 'displayName', 'name', 'emails', 'members']

/** Names of attributes have no case (RFC 7643 §2.1). */
function spelled(body: Resource): Resource {
  const known = new Map(SPELLINGS.map((name) => [name.toLowerCase(), name]))
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [known.get(name.toLowerCase()) ?? name, value]))
}

function invalid(message: string): GatewayError {
  return new GatewayError('invalid_request', { message, facts: { scimType: 'invalidValue' } })
}

/** A person as a resource; `base` is the address of the provider's endpoint. */
export function userResource(user: ProvisionedUser, base: string): Resource {
  const extensions = Object.keys(user.attributes).filter((name) => name.startsWith('urn:'))
  return withMeta(
    {
      schemas: [SCIM.user, ...extensions],
      id: user.id,
      ...definedOf({ externalId: user.externalId }),
      userName: user.userName,
      active: user.active,
      emails: [{ value: user.email, primary: true }],
      ...user.attributes,
      groups: user.groups.map(({ id, displayName }) => ({
        value: id,
        display: displayName,
        $ref: `${base}/Groups/${id}`,
      })),
    },
    { ...user, resourceType: 'User', location: `${base}/Users/${user.id}` },
  )
}

/** A group as a resource. */
export function groupResource(group: ProvisionedGroup, base: string): Resource {
  return withMeta(
    {
      schemas: [SCIM.group],
      id: group.id,
      ...definedOf({ externalId: group.externalId }),
      displayName: group.displayName,
      members: group.members.map(({ id, userName }) => ({ value: id, display: userName, $ref: `${base}/Users/${id}` })),
    },
    { ...group, resourceType: 'Group', location: `${base}/Groups/${group.id}` },
  )
}

interface Meta {
  readonly resourceType: string
  readonly location: string
  readonly createdAt: number
  readonly updatedAt: number
}

function withMeta(resource: Resource, { resourceType, location, createdAt, updatedAt }: Meta): Resource {
  const [created, lastModified] = [createdAt, updatedAt].map((at) => new Date(at).toISOString())
  // Equal content, equal tag: sign-ins and other nodes change nothing of it.
  const version = `W/"${sha256Hex(canonicalJson(resource)).slice(0, 32)}"`
  return { ...resource, meta: { resourceType, created, lastModified, version, location } }
}

/** The tag of a resource. */
export function versionOf(resource: Resource): string {
  return isObject(resource.meta) ? String(resource.meta.version) : ''
}

/** A resource with the attributes that were asked for; `id` and `schemas` always stand in it (RFC 7644 §3.9). */
export function projected(resource: Resource, query: URLSearchParams): Resource {
  const names = (parameter: string) =>
    query
      .get(parameter)
      ?.split(',')
      .map((path) => stepsOf(path.trim())[0]?.toLowerCase())
  const [wanted, unwanted] = [names('attributes'), names('excludedAttributes')]
  const stays = (name: string) => {
    if (name === 'id' || name === 'schemas') return true
    return wanted ? wanted.includes(name.toLowerCase()) : !unwanted?.includes(name.toLowerCase())
  }
  return wanted || unwanted ? Object.fromEntries(Object.entries(resource).filter(([name]) => stays(name))) : resource
}

function definedOf(fields: Resource): Resource {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null))
}
