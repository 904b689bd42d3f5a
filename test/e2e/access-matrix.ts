import { generateKey, keyDigest } from '../../src/governance/identity/index.ts'
import { systemRandom } from '../../src/lib/random.ts'
import type { Gateway } from './harness.ts'

/** Who asks, by the role that they have and nothing else. */
export const ROLES = [
  'owner',
  'administrator',
  'security',
  'auditor',
  'finance',
  'manager',
  'member',
  'app',
  'narrowed',
] as const
/** One of {@link ROLES}. */
export type RoleName = (typeof ROLES)[number]

/** Whose object is asked for: of the team claims, which the manager manages and the member belongs to, or of sales. */
export const SIDES = ['own', 'other'] as const
/** One of {@link SIDES}. */
export type Side = (typeof SIDES)[number]

/** What a request is made from. */
export interface Setting {
  readonly role: RoleName
  readonly side: Side
  /** The id of an operation of that side. */
  readonly operation: string
  readonly decision: string
}

/** How an address is asked for; `{}` as the body when a method has one and nothing is said. */
export interface Sample {
  readonly path: string
  readonly body?: unknown
}

const TEAM = { own: 'claims', other: 'sales' } as const
const APP = { own: 'portal', other: 'shop' } as const
const PERSON = { own: 'member@example.com', other: 'sam@example.com' } as const

/**
 * Addresses of objects that belong to somebody, each asked for with an object of one's own team and of another's.
 * An address that is not here is asked for once, with nothing in particular.
 */
export const SAMPLES: Readonly<Record<string, (setting: Setting) => Sample>> = {
  'GET /api/v1/documents/:kind/*name': ({ side }) => ({ path: `/api/v1/documents/Team/${TEAM[side]}` }),
  'PUT /api/v1/documents/:kind/*name': ({ role, side }) => ({
    path: `/api/v1/documents/App/made-${role}-${side}`,
    body: { spec: { team: TEAM[side] } },
  }),
  'DELETE /api/v1/documents/:kind/*name': ({ role, side }) => ({ path: `/api/v1/documents/App/gone-${role}-${side}` }),
  'POST /api/v1/keys': ({ role, side }) => ({
    path: '/api/v1/keys',
    body: { for: `app:${APP[side]}`, name: `made-${role}-${side}` },
  }),
  'DELETE /api/v1/keys/*name': ({ role, side }) => ({ path: `/api/v1/keys/gone-${role}-${side}` }),
  'POST /api/v1/access/explain': ({ side }) => ({
    path: '/api/v1/access/explain',
    body: { as: `app:${APP[side]}`, on: 'model:rehearsal' },
  }),
  'GET /api/v1/access/who-can': () => ({ path: '/api/v1/access/who-can?on=model:rehearsal' }),
  'GET /api/v1/operations/:id': ({ operation }) => ({ path: `/api/v1/operations/${operation}` }),
  'GET /api/v1/decisions/:id': ({ decision }) => ({ path: `/api/v1/decisions/${decision}` }),
}

const KEYS: Readonly<Record<RoleName, string>> = {
  owner: 'user:owner@example.com',
  administrator: 'user:administrator@example.com',
  security: 'user:security@example.com',
  auditor: 'user:auditor@example.com',
  finance: 'user:finance@example.com',
  manager: 'user:manager@example.com',
  member: `user:${PERSON.own}`,
  app: 'app:portal',
  narrowed: 'user:owner@example.com',
}

/** The organisation: two teams with an app each, and a person for every role. Gives a key for each role and side. */
export function organisation() {
  const keys = {} as Record<RoleName | 'shop', string>
  const documents = [
    `kind: Team
metadata: {name: claims}
spec: {managers: ['user:manager@example.com'], members: ['user:${PERSON.own}']}`,
    `kind: Team
metadata: {name: sales}
spec: {members: ['user:${PERSON.other}']}`,
    `kind: App
metadata: {name: portal}
spec: {team: claims, owner: 'user:${PERSON.own}'}`,
    `kind: App
metadata: {name: shop}
spec: {team: sales}`,
    `kind: Model
metadata: {name: rehearsal}
spec: {targets: [{provider: sandbox, model: sandbox}]}`,
    `kind: Grant
metadata: {name: portal-may}
spec: {to: ['app:portal'], on: ['model:*']}`,
    `kind: Grant
metadata: {name: shop-may}
spec: {to: ['app:shop'], on: ['model:*']}`,
    ...(['owner', 'administrator', 'security', 'auditor', 'finance'] as const).map(
      (role) => `kind: Role
metadata: {name: ${role}}
spec: {members: ['${KEYS[role]}']}`,
    ),
  ]
  const mint = (name: RoleName | 'shop', principal: string) => {
    const key = generateKey(systemRandom)
    keys[name] = key
    const narrow = name === 'narrowed' ? ", narrowTo: ['model:rehearsal']" : ''
    documents.push(`kind: Key
metadata: {name: key-of-${name}}
spec: {for: '${principal}', sha256: ${keyDigest(key)}${narrow}}`)
  }
  for (const role of ROLES) mint(role, KEYS[role])
  mint('shop', 'app:shop')
  return { documents: documents.join('\n---\n'), keys }
}

/** The objects that are deleted, one for every role and side, so that no one's deletion is another's. */
export function victims(): readonly unknown[] {
  return ROLES.flatMap((role) =>
    SIDES.flatMap((side) => [
      { kind: 'App', metadata: { name: `gone-${role}-${side}` }, spec: { team: TEAM[side] } },
      {
        kind: 'Key',
        metadata: { name: `gone-${role}-${side}` },
        spec: { for: `app:${APP[side]}`, sha256: keyDigest(generateKey(systemRandom)) },
      },
    ]),
  )
}

/** One operation of each side, by its ids. */
export async function operations(gateway: Gateway, keys: Readonly<Record<'app' | 'shop', string>>) {
  const one = async (key: string) => {
    const body = { model: 'rehearsal', messages: [{ role: 'user', content: 'hello' }] }
    const answer = await gateway.post('/v1/chat/completions', body, { key })
    if (answer.status !== 200) throw new Error(`no operation: ${await answer.text()}`)
    const { id, decisionId } = await gateway.record(answer.headers.get('x-request-id'))
    return { operation: id, decision: decisionId }
  }
  return { own: await one(keys.app), other: await one(keys.shop) }
}
