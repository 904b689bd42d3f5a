import { leakedKeyBody, receivedAnswer } from '../../contract/keys.ts'
import type { Audit } from '../../governance/audit/index.ts'
import { isWellFormedKey, keyDigest } from '../../governance/identity/index.ts'
import type { Clock } from '../../lib/clock.ts'
import { parseJson } from '../../lib/json.ts'
import type { Policy } from '../../policy/index.ts'
import { parseBody } from '../parse-body.ts'
import type { OpenRoute } from '../route-types.ts'

/** What reporting a leaked key needs. */
export interface LeakServices {
  readonly policy: Pick<Policy, 'holder'>
  readonly audit: Pick<Audit, 'record' | 'list'>
  readonly clock: Pick<Clock, 'now'>
}

const LONGEST_BODY = 4_096
const AGAIN_MS = 24 * 3_600_000

/**
 * `POST /api/v1/keys:leaked`: whoever finds a key lying about may say so without having any other; scanners of secrets
 * do. The answer is the same whether or not the key is one of ours, so that it tells nobody anything.
 */
export const openLeakRoutes: readonly OpenRoute<LeakServices>[] = [
  {
    method: 'POST',
    path: '/api/v1/keys:leaked',
    summary: 'Reports a virtual key that was found where it should not be. Needs no sign-in; tells nothing.',
    body: leakedKeyBody,
    answer: receivedAnswer,
    status: 202,
    handle: async ({ text, address, requestId }, { policy, audit, clock }) => {
      const { key, where } = parseBody(leakedKeyBody, parseJson(await text(LONGEST_BODY)))
      const entry = isWellFormedKey(key) ? policy.holder.current().identity.keys.get(keyDigest(key)) : undefined
      const name = entry?.caller.key
      if (name !== undefined) {
        const object = `Key/${name}`
        const filter = { action: 'key.leaked', object, from: clock.now() - AGAIN_MS }
        const [known] = await audit.list({ filter, limit: 1 })
        const facts = where === undefined ? undefined : { where }
        if (!known) await audit.record({ actor: 'anonymous', address, requestId, action: 'key.leaked', object, facts })
      }
      return { status: 202, body: { received: true } }
    },
  },
]
