import { changedAnswer } from '../../contract/documents.ts'
import { keyAnswer, keysQuery, newKeyAnswer, newKeyBody } from '../../contract/keys.ts'
import { listOf } from '../../contract/list.ts'
import { isWithin } from '../../governance/access/index.ts'
import { callerNow, type Directory, generateKey, keyDigest, keyKind } from '../../governance/identity/index.ts'
import { GatewayError } from '../../lib/errors.ts'
import type { Random } from '../../lib/random.ts'
import type { Policy, Snapshot } from '../../policy/index.ts'
import { askToCover } from '../document-permissions.ts'
import { isTermWithin } from '../document-place.ts'
import { parseBody } from '../parse-body.ts'
import type { ControlRequest, Route } from '../route-types.ts'
import { readQuery } from './query.ts'

/** What the routes of keys need. */
export interface KeyServices {
  readonly policy: Policy
  readonly people: { readonly directory: Directory }
  readonly random: Random
}

/** A page of the keys within a reach, by name and without their digests. The cursor is the last one's name. */
function listed(policy: Policy, { reach, query }: Pick<ControlRequest, 'reach' | 'query'>) {
  const { limit, cursor = '' } = readQuery(keysQuery, query)
  const snapshot = policy.holder.current()
  const found = snapshot.documents
    .all(keyKind)
    .filter(({ name, spec }) => name > cursor && isTermWithin(spec.for, reach, snapshot.identity))
  const items = found.slice(0, limit).map(({ name, spec, owner }) => ({
    id: name,
    name,
    for: spec.for,
    ...(spec.expires === undefined ? {} : { expires: new Date(spec.expires).toISOString() }),
    ...(spec.narrowTo ? { narrowTo: spec.narrowTo } : {}),
    disabled: spec.disabled,
    owner,
  }))
  return { items, nextCursor: found.length > limit ? (items.at(-1)?.name ?? null) : null }
}

/**
 * Who may make a key for whom: for principals within the reach, never for another person unless the reach is everything,
 * and never for somebody who may more than oneself. Throws `access_denied`.
 */
function permitKeyFor({ caller, rights, reach }: ControlRequest, principal: string, services: KeyServices): void {
  const { identity, roles } = services.policy.holder.current()
  const theirs = callerNow(identity, principal, services.people.directory)
  // What is no principal is told by the document.
  if (theirs === undefined) return
  if (caller.narrowTo !== undefined && !caller.narrowTo.includes('*')) {
    throw new GatewayError('access_denied', { message: 'A key that is narrowed makes no keys: they could do more.' })
  }
  const isOtherPerson = theirs.user !== undefined && principal !== caller.principal
  if (reach !== 'everything' && (isOtherPerson || !isWithin(reach, theirs))) {
    const message = `You may make keys for yourself and for the programs you look after; ${principal} is neither.`
    throw new GatewayError('access_denied', { message, facts: { grantedBy: 'an owner' } })
  }
  askToCover(rights, roles.rightsOf(theirs), principal)
}

/** A key makes no key that outlives it: else whoever finds one that ends would have one that does not. */
function endOf(expires: string | undefined, { caller }: ControlRequest, { documents }: Snapshot): string | undefined {
  const own = caller.key === undefined ? undefined : documents.get(keyKind, caller.key)?.spec.expires
  if (own === undefined) return expires
  const isSooner = expires !== undefined && Date.parse(expires) <= own
  return isSooner ? expires : new Date(own).toISOString()
}

function noKey(name: string): GatewayError {
  return new GatewayError('not_found', { message: `There is no Key named ${name}.` })
}

/** `/api/v1/keys`: virtual keys. Each is a Key document; the key itself is shown once, when it is made. */
export const keyRoutes: readonly Route<KeyServices>[] = [
  {
    method: 'GET',
    path: '/api/v1/keys',
    permission: 'keys:read',
    scoped: true,
    summary: 'The virtual keys, without their secrets.',
    answer: listOf(keyAnswer),
    query: keysQuery,
    handle: async (request, { policy }) => ({ status: 200, body: listed(policy, request) }),
  },
  {
    method: 'POST',
    path: '/api/v1/keys',
    permission: 'keys:write',
    scoped: true,
    summary: 'Makes a virtual key. It is shown in this answer and never again.',
    body: newKeyBody,
    answer: newKeyAnswer,
    status: 201,
    handle: async (request, services) => {
      const { policy, random } = services
      const { body, caller } = request
      const { for: owner, name, narrowTo, ...asked } = parseBody(newKeyBody, body)
      permitKeyFor(request, owner, services)
      const expires = endOf(asked.expires, request, policy.holder.current())
      const key = generateKey(random)
      const spec = {
        for: owner,
        sha256: keyDigest(key),
        ...(expires ? { expires } : {}),
        ...(narrowTo ? { narrowTo } : {}),
      }
      const document = { kind: 'Key', metadata: { name }, spec }
      const applied = await policy.putDocument({
        document,
        author: caller.principal,
        origin: request.origin,
        ifAbsent: true,
      })
      return {
        status: 201,
        body: { id: name, key, revision: applied.number },
        headers: { 'cache-control': 'no-store' },
      }
    },
  },
  {
    method: 'DELETE',
    path: '/api/v1/keys/*name',
    permission: 'keys:write',
    scoped: true,
    summary: 'Revokes a virtual key at once.',
    answer: changedAnswer,
    handle: async ({ params, caller, reach, origin }, { policy }) => {
      const snapshot = policy.holder.current()
      const key = snapshot.documents.get(keyKind, params.name ?? '')
      if (key && !isTermWithin(key.spec.for, reach, snapshot.identity)) throw noKey(key.name)
      const applied = await policy.deleteDocument({
        kind: 'Key',
        name: params.name ?? '',
        author: caller.principal,
        origin,
      })
      return { status: 200, body: { revision: applied.number } }
    },
  },
]
