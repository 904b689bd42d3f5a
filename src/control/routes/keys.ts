import { newKeyBody } from '../../contract/keys.ts'
import { generateKey, keyDigest, keyKind } from '../../governance/identity/index.ts'
import type { Random } from '../../lib/random.ts'
import type { Policy } from '../../policy/index.ts'
import { parseBody } from '../parse-body.ts'
import type { Route } from '../route-types.ts'

/** What the routes of keys need. */
export interface KeyServices {
  readonly policy: Policy
  readonly random: Random
}

/** The keys there are, without their digests. */
function listed(policy: Policy) {
  return policy
    .documents()
    .all(keyKind)
    .map(({ name, spec, owner }) => ({
      id: name,
      name,
      for: spec.for,
      ...(spec.expires === undefined ? {} : { expires: new Date(spec.expires).toISOString() }),
      ...(spec.narrowTo ? { narrowTo: spec.narrowTo } : {}),
      disabled: spec.disabled,
      owner,
    }))
}

/** `/api/v1/keys`: virtual keys. Each is a Key document; the key itself is shown once, when it is made. */
export const keyRoutes: readonly Route<KeyServices>[] = [
  {
    method: 'GET',
    path: '/api/v1/keys',
    permission: 'read',
    summary: 'The virtual keys, without their secrets.',
    handle: async (_, { policy }) => ({ status: 200, body: { items: listed(policy), nextCursor: null } }),
  },
  {
    method: 'POST',
    path: '/api/v1/keys',
    permission: 'manage',
    summary: 'Makes a virtual key. It is shown in this answer and never again.',
    handle: async ({ body, caller }, { policy, random }) => {
      const { for: owner, name, expires, narrowTo } = parseBody(newKeyBody, body)
      const key = generateKey(random)
      const spec = {
        for: owner,
        sha256: keyDigest(key),
        ...(expires ? { expires } : {}),
        ...(narrowTo ? { narrowTo } : {}),
      }
      const document = { kind: 'Key', metadata: { name }, spec }
      const applied = await policy.putDocument({ document, author: caller.principal, ifAbsent: true })
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
    permission: 'manage',
    summary: 'Revokes a virtual key at once.',
    handle: async ({ params, caller }, { policy }) => {
      const applied = await policy.deleteDocument({ kind: 'Key', name: params.name ?? '', author: caller.principal })
      return { status: 200, body: { revision: applied.number } }
    },
  },
]
