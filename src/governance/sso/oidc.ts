import * as client from 'openid-client'
import type { Clock } from '../../lib/clock.ts'
import { GatewayError } from '../../lib/errors.ts'
import type { Document } from '../../platform/documents/index.ts'
import type { Egress } from '../../platform/egress/index.ts'
import type { ExternalPerson } from '../people/index.ts'
import { type Claims, claimAt, personFrom } from './claims.ts'
import type { IdentityProviderSpec } from './identity-provider.kind.ts'
import { oidcTransport } from './oidc-transport.ts'

type Provider = Document<IdentityProviderSpec>

/** A sign-in that begins: where the browser goes, and what must go with the answer. */
export interface BegunSignIn {
  readonly url: string
  readonly secrets: Readonly<Record<string, string>>
}

/** OpenID Connect as a relying party: code with PKCE, state and nonce (OpenID Connect Core 1.0 §3.1, RFC 9700). */
export interface Oidc {
  /** Throws `sign_in_failed` when the provider does not answer as one. */
  readonly begin: (provider: Provider, redirectUri: string) => Promise<BegunSignIn>
  /** Throws `sign_in_failed` for an answer that does not hold, `access_denied` when the person declined. */
  readonly finish: (provider: Provider, answer: OidcAnswer) => Promise<ExternalPerson>
}

/** What came back. */
export interface OidcAnswer {
  /** The whole address that the browser was sent to. */
  readonly url: URL
  readonly secrets: Readonly<Record<string, string>>
}

/** What it needs. */
export interface OidcOptions {
  readonly egress: Egress
  readonly clock: Clock
  /** The text of a `secret://` reference. */
  readonly secret: (ref: string) => string | undefined
}

const KNOWN_MS = 3_600_000
const MOST_KNOWN = 64
const TIMEOUT_SECONDS = 10

/** Makes {@link Oidc}. What providers publish of themselves is remembered for an hour. */
export function oidc(options: OidcOptions): Oidc {
  const configurationOf = remembering(options)
  return {
    begin: async (provider, redirectUri) => {
      const configuration = await configurationOf(provider)
      const verifier = client.randomPKCECodeVerifier()
      const secrets = { verifier, state: client.randomState(), nonce: client.randomNonce() }
      const url = client.buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri,
        scope: provider.spec.scopes.join(' '),
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state: secrets.state,
        nonce: secrets.nonce,
      })
      return { url: url.href, secrets }
    },
    finish: async (provider, { url, secrets }) => {
      const configuration = await configurationOf(provider)
      try {
        return await exchange(configuration, provider, { url, secrets })
      } catch (cause) {
        throw refusal(cause)
      }
    },
  }
}

async function exchange(
  configuration: client.Configuration,
  provider: Provider,
  { url, secrets }: OidcAnswer,
): Promise<ExternalPerson> {
  const tokens = await client.authorizationCodeGrant(configuration, url, {
    pkceCodeVerifier: secrets.verifier ?? '',
    expectedState: secrets.state ?? '',
    expectedNonce: secrets.nonce ?? '',
    idTokenExpected: true,
  })
  const identity = tokens.claims()
  if (!identity) throw new GatewayError('sign_in_failed', { internalDetail: 'no ID token' })
  const claims = await withUserInfo(configuration, provider, { tokens, identity })
  const verified = claims.email_verified
  return personFrom(provider, claims, {
    subject: identity.sub,
    // Some providers write the word instead of the value.
    emailVerified: verified === true || verified === 'true',
  })
}

interface Told {
  readonly tokens: client.TokenEndpointResponse
  readonly identity: client.IDToken
}

/** Many providers keep address and groups for their user-info endpoint. What the ID token says wins, for it is signed. */
async function withUserInfo(
  configuration: client.Configuration,
  { spec }: Provider,
  { tokens, identity }: Told,
): Promise<Claims> {
  const isWhole = [spec.email, spec.groups].every((name) => claimAt(identity, name) !== undefined)
  if (isWhole || configuration.serverMetadata().userinfo_endpoint === undefined) return identity
  const info = await client.fetchUserInfo(configuration, tokens.access_token, identity.sub)
  return { ...info, ...identity }
}

interface Known {
  readonly digest: string
  readonly at: number
  readonly configuration: Promise<client.Configuration>
}

function remembering({ egress, clock, secret }: OidcOptions): (provider: Provider) => Promise<client.Configuration> {
  const known = new Map<string, Known>()
  return (provider) => {
    const clientSecret = provider.spec.clientSecret && secret(provider.spec.clientSecret)
    const digest = `${provider.digest}|${clientSecret ?? ''}`
    const there = known.get(provider.name)
    if (there?.digest === digest && clock.now() - there.at < KNOWN_MS) return there.configuration
    const configuration = discover(provider, { egress, clientSecret })
    known.delete(provider.name)
    known.set(provider.name, { digest, at: clock.now(), configuration })
    const [oldest] = known.keys()
    if (known.size > MOST_KNOWN && oldest !== undefined) known.delete(oldest)
    configuration.catch(() => known.delete(provider.name))
    return configuration
  }
}

async function discover(
  { spec }: Provider,
  { egress, clientSecret }: { readonly egress: Egress; readonly clientSecret: string | undefined },
): Promise<client.Configuration> {
  const { clientId = '', network, issuer } = spec
  const allowed = network === 'private' && issuer.startsWith('http:') ? [client.allowInsecureRequests] : []
  const authentication = clientSecret === undefined ? client.None() : undefined
  try {
    return await client.discovery(new URL(issuer), clientId, clientSecret, authentication, {
      execute: allowed,
      timeout: TIMEOUT_SECONDS,
      [client.customFetch]: oidcTransport(egress, network),
    })
  } catch (cause) {
    throw refusal(cause)
  }
}

/** What a failure means to the person; what exactly failed is for the log. */
function refusal(cause: unknown): GatewayError {
  if (cause instanceof GatewayError && /^(sign_in_failed|access_denied)$/.test(cause.code) && !isGuard(cause))
    return cause
  if (cause instanceof client.AuthorizationResponseError && cause.error === 'access_denied') {
    return new GatewayError('access_denied', { message: 'Signing in was declined at the identity provider.' })
  }
  const detail = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)
  const message = 'The answer of the identity provider could not be accepted.'
  return new GatewayError('sign_in_failed', { message, internalDetail: detail.slice(0, 500), cause })
}

/** The guard of outgoing calls says `access_denied` too; that is no word of the provider's on the person. */
function isGuard({ internalDetail }: GatewayError): boolean {
  return internalDetail !== undefined
}
