import { SecretError } from '../secret.ts'
import {
  askStore,
  type ExternalStore,
  keptToken,
  member,
  needed,
  refusal,
  type StoreTools,
  type Wanted,
} from './store.ts'

/**
 * HashiCorp Vault and OpenBao, key-value version 2: `secret://hashicorp/<mount>/<path>#<field>`. Configured by `VAULT_ADDR`,
 * `VAULT_NAMESPACE`, and `VAULT_TOKEN` or `VAULT_ROLE_ID` with `VAULT_SECRET_ID` (AppRole).
 * Source: developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2 and …/auth/approle, 2026-11.
 */
export function hashicorpStore(tools: StoreTools): ExternalStore {
  const namespace = tools.environment('VAULT_NAMESPACE')
  const headers: Readonly<Record<string, string>> = namespace ? { 'x-vault-namespace': namespace } : {}
  const base = (ref: string) => `${needed(tools, ref, 'VAULT_ADDR').replace(/\/+$/, '')}/v1`
  const token = keptToken(tools.clock, async (ref) => {
    const given = tools.environment('VAULT_TOKEN')
    if (given) return { text: given, endsAt: Number.POSITIVE_INFINITY }
    const login = { role_id: needed(tools, ref, 'VAULT_ROLE_ID'), secret_id: needed(tools, ref, 'VAULT_SECRET_ID') }
    const { status, body } = await askStore(tools, ref, {
      url: `${base(ref)}/auth/approle/login`,
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(login),
      network: 'private',
    })
    const text = member(body, 'auth', 'client_token')
    if (status !== 200 || typeof text !== 'string') throw refusal(ref, status)
    const seconds = Number(member(body, 'auth', 'lease_duration')) || 0
    return { text, endsAt: seconds > 0 ? tools.clock.now() + seconds * 1_000 : Number.POSITIVE_INFINITY }
  })
  const ask = async ({ ref, path }: Wanted) => {
    const [mount = '', ...rest] = path.split('/').map(encodeURIComponent)
    if (rest.length === 0) throw new SecretError(ref, 'a path is written secret://hashicorp/<mount>/<path>#<field>')
    return askStore(tools, ref, {
      url: `${base(ref)}/${mount}/data/${rest.join('/')}`,
      method: 'GET',
      headers: { ...headers, 'x-vault-token': await token.get(ref) },
      network: 'private',
    })
  }
  return {
    read: async (wanted) => {
      let answer = await ask(wanted)
      if (answer.status === 403) {
        // A token may have been revoked before its time.
        token.forget()
        answer = await ask(wanted)
      }
      if (answer.status !== 200) throw refusal(wanted.ref, answer.status)
      return oneOfFields(wanted, member(answer.body, 'data', 'data'))
    },
  }
}

function oneOfFields({ ref, field }: Wanted, fields: unknown): string {
  const names = typeof fields === 'object' && fields !== null ? Object.keys(fields) : []
  const name = field ?? (names.length === 1 ? names[0] : undefined)
  if (name === undefined) throw new SecretError(ref, 'it has several fields: name one behind #')
  const value = member(fields, name)
  if (typeof value === 'string' && value !== '') return value
  throw new SecretError(ref, `the secret has no field ${name} with a text`)
}
