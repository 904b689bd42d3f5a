import { changedAnswer } from '../../contract/documents.ts'
import { newKeyAnswer } from '../../contract/keys.ts'
import { listOf } from '../../contract/list.ts'
import {
  changePasswordBody,
  confirmFactorBody,
  enrolmentAnswer,
  newPersonalKeyBody,
  openSessionAnswer,
  personalKeyAnswer,
  recoveryCodesAnswer,
} from '../../contract/people.ts'
import { generateKey, keyDigest, keyKind } from '../../governance/identity/index.ts'
import type { People } from '../../governance/people/index.ts'
import { GatewayError } from '../../lib/errors.ts'
import type { Random } from '../../lib/random.ts'
import type { Policy } from '../../policy/index.ts'
import { parseBody } from '../parse-body.ts'
import type { Route } from '../route-types.ts'
import { signedIn } from './session.ts'

/** What the routes of one's own account need. */
export interface AccountServices {
  readonly people: People
  readonly policy: Policy
  readonly random: Random
}

/** `/api/v1/me`: what people do with their own account. */
export const accountRoutes: readonly Route<AccountServices>[] = [
  {
    method: 'PUT',
    path: '/api/v1/me/password',
    permission: 'self:write',
    beforePasswordChange: true,
    summary: 'Changes your own password; all your other sessions end.',
    body: changePasswordBody,
    answer: 'nothing',
    handle: async (request, { people }) => {
      const { person, id } = signedIn(request)
      const { current, password } = parseBody(changePasswordBody, request.body)
      await people.signIn.confirm({ email: person.email, password: current, address: request.origin.address })
      if (password === current) {
        throw new GatewayError('invalid_request', {
          message: 'Choose another password than this one.',
          param: 'password',
        })
      }
      await people.users.setPassword({ id: person.id, password, keepSession: id }, request.origin)
      return { status: 204 }
    },
  },
  {
    method: 'POST',
    path: '/api/v1/me/second-factor',
    permission: 'self:write',
    fresh: 15,
    summary: 'A secret for an authenticator app. It counts from its first code on.',
    answer: enrolmentAnswer,
    status: 201,
    handle: async (request, { people }) => {
      const { person } = signedIn(request)
      return { status: 201, body: await people.factor.enrol(person.id, request.origin) }
    },
  },
  {
    method: 'POST',
    path: '/api/v1/me/second-factor:confirm',
    permission: 'self:write',
    fresh: 15,
    summary: 'Makes the secret count by its first code; answers with recovery codes, shown once.',
    body: confirmFactorBody,
    answer: recoveryCodesAnswer,
    handle: async (request, { people }) => {
      const { person } = signedIn(request)
      const { code } = parseBody(confirmFactorBody, request.body)
      return { status: 200, body: { recoveryCodes: await people.factor.confirm(person.id, code, request.origin) } }
    },
  },
  {
    method: 'DELETE',
    path: '/api/v1/me/second-factor',
    permission: 'self:write',
    fresh: 15,
    summary: 'Removes your second factor.',
    answer: 'nothing',
    handle: async (request, { people }) => {
      await people.factor.remove(signedIn(request).person.id, request.origin)
      return { status: 204 }
    },
  },
  {
    method: 'GET',
    path: '/api/v1/me/sessions',
    permission: 'self:read',
    summary: 'Your open sessions, newest first.',
    answer: listOf(openSessionAnswer),
    handle: async (request, { people }) => {
      const { person, id } = signedIn(request)
      const items = (await people.sessions.list(person.id)).map((session) => ({
        ...{ id: session.id, method: session.method, address: session.address, agent: session.agent },
        createdAt: new Date(session.createdAt).toISOString(),
        seenAt: new Date(session.seenAt).toISOString(),
        expiresAt: new Date(session.expiresAt).toISOString(),
        current: session.id === id,
      }))
      return { status: 200, body: { items, nextCursor: null } }
    },
  },
  {
    method: 'DELETE',
    path: '/api/v1/me/sessions/:id',
    permission: 'self:write',
    summary: 'Ends one of your sessions.',
    answer: 'nothing',
    handle: async (request, { people }) => {
      const { person } = signedIn(request)
      const own = (await people.sessions.list(person.id)).find(({ id }) => id === request.params.id)
      if (!own) throw new GatewayError('not_found', { message: 'There is no such session of yours.' })
      await people.sessions.end(own.id, request.origin)
      return { status: 204 }
    },
  },
  {
    method: 'GET',
    path: '/api/v1/me/keys',
    permission: 'self:read',
    summary: 'Your own virtual keys.',
    answer: listOf(personalKeyAnswer),
    handle: async ({ caller }, { policy }) => {
      const own = policy.documents().all(keyKind)
      const items = own
        .filter(({ spec }) => spec.for === caller.principal)
        .map(({ name, spec }) => ({
          id: name,
          name,
          ...(spec.expires === undefined ? {} : { expires: new Date(spec.expires).toISOString() }),
          ...(spec.narrowTo ? { narrowTo: spec.narrowTo } : {}),
          disabled: spec.disabled,
        }))
      return { status: 200, body: { items, nextCursor: null } }
    },
  },
  {
    method: 'POST',
    path: '/api/v1/me/keys',
    permission: 'self:write',
    summary: 'Makes a virtual key of your own. It is shown in this answer and never again.',
    body: newPersonalKeyBody,
    answer: newKeyAnswer,
    status: 201,
    handle: async (request, { policy, random }) => {
      const { person } = signedIn(request)
      const { principal } = request.caller
      const { name, expires, narrowTo } = parseBody(newPersonalKeyBody, request.body)
      const id = `${slug(person.email)}-${name}`
      const key = generateKey(random)
      const spec = { for: principal, sha256: keyDigest(key), ...definedOf({ expires, narrowTo }) }
      const document = { kind: 'Key', metadata: { name: id }, spec }
      const applied = await policy.putDocument({ document, author: principal, origin: request.origin, ifAbsent: true })
      return { status: 201, body: { id, key, revision: applied.number } }
    },
  },
  {
    method: 'DELETE',
    path: '/api/v1/me/keys/:name',
    permission: 'self:write',
    summary: 'Revokes a virtual key of your own at once.',
    answer: changedAnswer,
    handle: async (request, { policy }) => {
      signedIn(request)
      const { principal } = request.caller
      const name = request.params.name ?? ''
      const key = policy.documents().get(keyKind, name)
      if (key?.spec.for !== principal) {
        throw new GatewayError('not_found', { message: `There is no key ${name} of yours.` })
      }
      const applied = await policy.deleteDocument({ kind: 'Key', name, author: principal, origin: request.origin })
      return { status: 200, body: { revision: applied.number } }
    },
  },
]

/** `ann@example.com` as a part of a document's name. */
function slug(email: string): string {
  return email
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 48)
    .replace(/^-|-$/g, '')
}

function definedOf(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}
