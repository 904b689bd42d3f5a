import { listOf } from '../../contract/list.ts'
import { secretAnswer, secretBody } from '../../contract/secrets.ts'
import type { Audit } from '../../governance/audit/index.ts'
import { GatewayError } from '../../lib/errors.ts'
import type { LocalSecrets, Vault } from '../../platform/vault/index.ts'
import { parseBody } from '../parse-body.ts'
import type { Route } from '../route-types.ts'

/** What the routes of secrets need. */
export interface SecretServices {
  readonly vault: Pick<Vault, 'resolve' | 'forget'> & {
    readonly local: Pick<LocalSecrets, 'put' | 'list' | 'delete'>
  }
  readonly audit: Pick<Audit, 'append'>
}

const NAME = /^[a-z0-9][a-z0-9._/-]{0,127}$/i

/** `/api/v1/secrets`: what administrators paste. Written, used by `secret://vault/<name>`, replaced, deleted; never read. */
export const secretRoutes: readonly Route<SecretServices>[] = [
  {
    method: 'GET',
    path: '/api/v1/secrets',
    permission: 'secrets:read',
    summary: 'The names of the stored secrets, without the secrets.',
    answer: listOf(secretAnswer),
    handle: async (_, { vault }) => {
      const items = (await vault.local.list()).map(({ name, updatedAt }) => ({
        name,
        reference: `secret://vault/${name}`,
        updatedAt: new Date(updatedAt).toISOString(),
      }))
      return { status: 200, body: { items, nextCursor: null } }
    },
  },
  {
    method: 'PUT',
    path: '/api/v1/secrets/*name',
    permission: 'secrets:write',
    summary: 'Stores or replaces a secret, encrypted. It cannot be read back.',
    body: secretBody,
    answer: secretAnswer,
    handle: async ({ params, body, origin }, { vault, audit }) => {
      const name = nameOf(params)
      const { value } = parseBody(secretBody, body)
      const told = { ...origin, action: 'secret.write', object: `secret:${name}` }
      await vault.local.put(name, value, (tables) => audit.append(tables, told))
      // What was remembered is read anew, so that the next call already uses the new one.
      vault.forget(`secret://vault/${name}`)
      await vault.resolve(`secret://vault/${name}`)
      return { status: 200, body: { name, reference: `secret://vault/${name}` } }
    },
  },
  {
    method: 'DELETE',
    path: '/api/v1/secrets/*name',
    permission: 'secrets:write',
    summary: 'Deletes a secret. Providers that refer to it fail from then on.',
    answer: 'nothing',
    handle: async ({ params, origin }, { vault, audit }) => {
      const name = nameOf(params)
      const told = { ...origin, action: 'secret.delete', object: `secret:${name}` }
      await vault.local.delete(name, (tables) => audit.append(tables, told))
      vault.forget(`secret://vault/${name}`)
      return { status: 204 }
    },
  },
]

function nameOf(params: Readonly<Record<string, string>>): string {
  const name = params.name ?? ''
  if (NAME.test(name)) return name
  throw new GatewayError('invalid_request', {
    message: 'A secret is named by letters, digits, ".", "_", "-" and "/", at most 128.',
    param: 'name',
  })
}
