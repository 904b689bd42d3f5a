import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Provider } from 'oidc-provider'

/** Somebody as the provider of tests knows them. */
export interface TestPerson {
  readonly sub: string
  readonly email: string
  readonly emailVerified?: boolean
  readonly name?: string
  readonly groups?: readonly string[]
}

/** An OpenID Connect provider on loopback: a real one, in which everybody named is signed in as soon as they are asked for. */
export interface TestOidcProvider {
  readonly issuer: string
  /** Who signs in next. */
  person: TestPerson
  /** Whether the next one declines. */
  declines: boolean
  readonly stop: () => Promise<void>
}

const CLIENT = { client_id: 'gatehouse', client_secret: 'the secret of the tests' }

/** Starts `oidc-provider` for one client. */
export async function startOidcProvider(redirectUri: string): Promise<TestOidcProvider> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const state = { issuer, person: { sub: 'nobody', email: '' } as TestPerson, declines: false }
  const provider = new Provider(issuer, {
    clients: [{ ...CLIENT, redirect_uris: [redirectUri] }],
    cookies: { keys: ['a key of the tests'] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'], groups: ['groups'] },
    findAccount: async (_, id) => ({ accountId: id, claims: async () => claimsOf(state.person) }),
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    pkce: { required: () => true },
  })
  const callback = provider.callback()
  server.on('request', (request, response) => {
    if (!request.url?.startsWith('/interaction/')) return callback(request, response)
    void interact(provider, state, { request, response })
  })
  return Object.assign(state, { stop: () => stopped(server) })
}

type Exchange = {
  readonly request: Parameters<Provider['interactionDetails']>[0]
  readonly response: Parameters<Provider['interactionDetails']>[1]
}

async function interact(
  provider: Provider,
  state: Pick<TestOidcProvider, 'person' | 'declines'>,
  { request, response }: Exchange,
) {
  const { prompt, params, session } = await provider.interactionDetails(request, response)
  if (state.declines) {
    return provider.interactionFinished(request, response, { error: 'access_denied', error_description: 'no' })
  }
  if (prompt.name === 'login') {
    return provider.interactionFinished(request, response, { login: { accountId: state.person.sub } })
  }
  const grant = new provider.Grant({ accountId: session?.accountId, clientId: String(params.client_id) })
  grant.addOIDCScope(String(params.scope))
  const grantId = await grant.save()
  return provider.interactionFinished(request, response, { consent: { grantId } }, { mergeWithLastSubmission: true })
}

function claimsOf({ sub, email, emailVerified = true, name, groups }: TestPerson) {
  return { sub, email, email_verified: emailVerified, name, groups }
}

function stopped(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(() => resolve()))
}

/** A browser as far as signing in needs one: it keeps cookies by host and follows redirections. */
export class TestBrowser {
  private readonly jars = new Map<string, Map<string, string>>()

  /** Every address it was sent to. */
  readonly visited: string[] = []

  cookie(url: string, name: string): string | undefined {
    return this.jars.get(new URL(url).host)?.get(name)
  }

  header(url: string): string {
    return [...(this.jars.get(new URL(url).host) ?? [])].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  async send(url: string, init: RequestInit = {}): Promise<Response> {
    this.visited.push(url)
    const headers = new Headers(init.headers)
    headers.set('cookie', this.header(url))
    const response = await fetch(url, { ...init, headers, redirect: 'manual' })
    const jar = this.jars.get(new URL(url).host) ?? new Map<string, string>()
    this.jars.set(new URL(url).host, jar)
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '' || /max-age=0/i.test(line)) jar.delete(name)
      else jar.set(name, value)
    }
    return response
  }

  /** Goes to an address and on, until an answer is no redirection or `stopAt` is reached. */
  async visit(
    url: string,
    stopAt: (url: string) => boolean = () => false,
  ): Promise<{ url: string; response: Response }> {
    let at = url
    for (let hop = 0; hop < 20; hop++) {
      const response = await this.send(at)
      const location = response.headers.get('location')
      if (response.status < 300 || response.status >= 400 || location === null) return { url: at, response }
      at = new URL(location, at).href
      if (stopAt(at)) return { url: at, response }
    }
    throw new Error('too many redirections')
  }
}
