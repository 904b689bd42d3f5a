import { listOf } from '../../contract/list.ts'
import { revealAnswer, revealBody, secretAnswer, secretBody } from '../../contract/secrets.ts'
import type { Audit } from '../../governance/audit/index.ts'
import type { Ledger } from '../../governance/usage/index.ts'
import type { Clock } from '../../lib/clock.ts'
import { GatewayError } from '../../lib/errors.ts'
import type { Bindings, LocalSecrets, Vault } from '../../platform/vault/index.ts'
import type { Policy } from '../../policy/index.ts'
import { parseBody } from '../parse-body.ts'
import type { ControlReply, ControlRequest, Route } from '../route-types.ts'
import { secretUsage } from './secret-usage.ts'
import { signedIn } from './session.ts'

/** What the routes of secrets need. */
export interface SecretServices {
  readonly vault: Pick<Vault, 'resolve' | 'forget'> & {
    readonly local: Pick<LocalSecrets, 'put' | 'get' | 'list' | 'delete' | 'rotate'>
    readonly bindings: Bindings
  }
  readonly audit: Pick<Audit, 'append' | 'record'>
  readonly policy: Pick<Policy, 'documents'>
  readonly ledger: Pick<Ledger, 'usage'>
  readonly clock: Pick<Clock, 'now'>
}

const NAME = /^[a-z0-9][a-z0-9._/-]{0,127}$/i
const DAY_MS = 86_400_000

/** `/api/v1/secrets`: what administrators paste. Written, used by `secret://vault/<name>`, replaced, deleted; hardly ever read. */
export const secretRoutes: readonly Route<SecretServices>[] = [
  {
    method: 'GET',
    path: '/api/v1/secrets',
    permission: 'secrets:read',
    summary: 'The stored secrets by name: their age, where they may be sent, what uses them. Never the secrets.',
    answer: listOf(secretAnswer),
    handle: async (_, services) => ({ status: 200, body: { items: await listed(services), nextCursor: null } }),
  },
  {
    method: 'PUT',
    path: '/api/v1/secrets/*name',
    permission: 'secrets:write',
    summary: 'Stores or replaces a secret, encrypted, and says to which hosts it may be sent.',
    body: secretBody,
    answer: secretAnswer,
    handle: write,
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
      vault.forget(referenceOf(name))
      return { status: 204 }
    },
  },
  {
    method: 'POST',
    path: '/api/v1/secrets/*name:reveal',
    permission: 'secrets:reveal',
    fresh: 5,
    summary:
      'Shows a secret: to a person who has just proved who they are, and with a reason. It is told in the audit log.',
    body: revealBody,
    answer: revealAnswer,
    handle: reveal,
  },
  {
    method: 'POST',
    path: '/api/v1/vault:rotate',
    permission: 'secrets:reveal',
    fresh: 5,
    summary: 'Makes a new master key and wraps the keys of the vault with it; calls go on meanwhile.',
    answer: 'nothing',
    handle: rotate,
  },
]

async function listed({ vault, policy, ledger, clock }: SecretServices) {
  const now = clock.now()
  const usage = await secretUsage(policy.documents(), { ledger, now })
  return (await vault.local.list()).map(({ name, updatedAt }) => {
    const reference = referenceOf(name)
    const { usedBy = [], lastUsedAt } = usage.get(reference) ?? {}
    return {
      name,
      reference,
      updatedAt: new Date(updatedAt).toISOString(),
      ageDays: Math.max(0, Math.floor((now - updatedAt) / DAY_MS)),
      hosts: [...vault.bindings.hosts(reference)],
      usedBy,
      ...(lastUsedAt !== undefined && { lastUsedAt: new Date(lastUsedAt).toISOString() }),
    }
  })
}

async function write(
  { params, body, origin }: ControlRequest,
  { vault, audit }: SecretServices,
): Promise<ControlReply> {
  const name = nameOf(params)
  const reference = referenceOf(name)
  const { value, hosts = [] } = parseBody(secretBody, body)
  const facts = hosts.length > 0 ? { hosts } : undefined
  await vault.local.put(name, value, async (tables) => {
    // Whoever knows the new value may say where it goes; the hosts of the old one say nothing of it.
    await vault.bindings.release(
      tables,
      reference,
      hosts.map((host) => host.toLowerCase()),
    )
    await audit.append(tables, { ...origin, action: 'secret.write', object: `secret:${name}`, facts })
  })
  // What was remembered is read anew, so that the next call already uses the new one.
  vault.forget(reference)
  await vault.resolve(reference)
  return { status: 200, body: { name, reference } }
}

async function reveal(request: ControlRequest, { vault, audit }: SecretServices): Promise<ControlReply> {
  const name = nameOf(request.params)
  const { reason } = parseBody(revealBody, request.body)
  // A key proves nothing again: a secret is shown to people alone.
  signedIn(request)
  const value = await vault.local.get(name)
  if (value === undefined) throw new GatewayError('not_found', { message: `There is no secret ${name}.` })
  await audit.record({ ...request.origin, action: 'secret.reveal', object: `secret:${name}`, reason })
  return { status: 200, body: { name, value } }
}

async function rotate({ origin }: ControlRequest, { vault, audit }: SecretServices): Promise<ControlReply> {
  try {
    await vault.local.rotate((tables) => audit.append(tables, { ...origin, action: 'vault.rotate' }))
    return { status: 204 }
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw new GatewayError('conflict', {
      message:
        'The master key is given as GATEHOUSE_MASTER_KEY. Start with the new one there and the old one as GATEHOUSE_MASTER_KEY_PREVIOUS.',
    })
  }
}

const referenceOf = (name: string) => `secret://vault/${name}`

function nameOf(params: Readonly<Record<string, string>>): string {
  const name = params.name ?? ''
  if (NAME.test(name)) return name
  throw new GatewayError('invalid_request', {
    message: 'A secret is named by letters, digits, ".", "_", "-" and "/", at most 128.',
    param: 'name',
  })
}
