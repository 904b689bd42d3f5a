import { SecretError } from '../secret.ts'
import { askStore, type ExternalStore, fieldOf, keptToken, member, needed, refusal, type StoreTools } from './store.ts'

/**
 * Azure Key Vault: `secret://azure/<vault>/<name>[/<version>]#<field>`. Configured by `AZURE_TENANT_ID`, `AZURE_CLIENT_ID` and
 * `AZURE_CLIENT_SECRET` (client credentials).
 * Source: learn.microsoft.com/rest/api/keyvault/secrets/get-secret (7.4), …/entra/identity-platform/v2-oauth2-client-creds-grant-flow, 2026-11.
 */
export function azureStore(tools: StoreTools): ExternalStore {
  const token = keptToken(tools.clock, async (ref) => {
    const tenant = encodeURIComponent(needed(tools, ref, 'AZURE_TENANT_ID'))
    const { status, body } = await askStore(tools, ref, {
      url: `https://login.microsoftonline.com/${tenant}/oauth2/v2.0/token`,
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: needed(tools, ref, 'AZURE_CLIENT_ID'),
        client_secret: needed(tools, ref, 'AZURE_CLIENT_SECRET'),
        scope: 'https://vault.azure.net/.default',
      }).toString(),
      network: 'public',
    })
    const text = member(body, 'access_token')
    if (status !== 200 || typeof text !== 'string') throw refusal(ref, status === 400 ? 401 : status)
    return { text, endsAt: tools.clock.now() + (Number(member(body, 'expires_in')) || 3_600) * 1_000 }
  })
  return {
    read: async (wanted) => {
      const { ref, path } = wanted
      const [vault = '', name, version, ...more] = path.split('/')
      // The vault's name becomes part of a host name.
      if (!/^[a-zA-Z0-9-]{3,24}$/.test(vault) || !name || more.length > 0)
        throw new SecretError(ref, 'a secret is written secret://azure/<vault>/<name>, with /<version> if need be')
      const place = [name, ...(version ? [version] : [])].map(encodeURIComponent).join('/')
      const { status, body } = await askStore(tools, ref, {
        url: `https://${vault}.vault.azure.net/secrets/${place}?api-version=7.4`,
        method: 'GET',
        headers: { authorization: `Bearer ${await token.get(ref)}` },
        network: 'public',
      })
      if (status === 401) token.forget()
      const value = member(body, 'value')
      if (status !== 200 || typeof value !== 'string') throw refusal(ref, status)
      return fieldOf(value, wanted)
    },
  }
}
