import { jsonObject } from '../../contract/list.ts'
import { GatewayError } from '../../lib/errors.ts'
import { documentsJsonSchema, kindJsonSchema } from '../../platform/documents/index.ts'
import type { Policy } from '../../policy/index.ts'
import type { Route } from '../route-types.ts'

/** `/schemas/v1/…`: the JSON Schemas of documents, for editors. They hold no secrets. */
export const schemaRoutes: readonly Route<{ readonly policy: Pick<Policy, 'kinds'> }>[] = [
  {
    method: 'GET',
    path: '/schemas/v1/all.json',
    permission: 'self:read',
    summary: 'The JSON Schema of any document.',
    answer: jsonObject,
    handle: async (_, { policy }) => ({ status: 200, body: documentsJsonSchema(policy.kinds) }),
  },
  {
    method: 'GET',
    path: '/schemas/v1/kinds/:kind',
    permission: 'self:read',
    summary: 'The JSON Schema of one kind.',
    answer: jsonObject,
    handle: async ({ params }, { policy }) => {
      const kind = policy.kinds.find((known) => known.kind === params.kind)
      if (!kind) throw new GatewayError('not_found', { message: `There is no kind ${params.kind}.` })
      return { status: 200, body: kindJsonSchema(kind) }
    },
  },
]
