import { guardrailTest, guardrailTestAnswer } from '../../contract/guardrails.ts'
import type { GuardrailTrial } from '../../governance/guardrails/index.ts'
import type { Policy } from '../../policy/index.ts'
import { parseBody } from '../parse-body.ts'
import type { Route } from '../route-types.ts'

/** What the routes of guardrails need. */
export interface GuardrailServices {
  readonly policy: Pick<Policy, 'documents'>
  readonly guardrails: GuardrailTrial
}

/** `POST /api/v1/guardrails/test`: what checks would find, before a policy has them. */
export const guardrailRoutes: readonly Route<GuardrailServices>[] = [
  {
    method: 'POST',
    path: '/api/v1/guardrails/test',
    permission: 'guardrails:test',
    summary: 'Tries checks on a text or on messages: what each finds, how sure, in which reading and how long it took.',
    body: guardrailTest,
    answer: guardrailTestAnswer,
    handle: async ({ body }, { policy, guardrails }) => ({
      status: 200,
      body: guardrails.try(policy.documents(), parseBody(guardrailTest, body)),
    }),
  },
]
