import type { Clock } from '../../lib/clock.ts'
import { GatewayError } from '../../lib/errors.ts'
import type { Random } from '../../lib/random.ts'
import type { Document, DocumentSet } from '../../platform/documents/index.ts'
import type { Egress } from '../../platform/egress/index.ts'
import type { Tables } from '../../platform/storage/index.ts'
import type { ExternalPerson, People, SignInPlace, StartedSession } from '../people/index.ts'
import { type IdentityProviderSpec, identityProviderKind } from './identity-provider.kind.ts'
import { type BegunSignIn, oidc } from './oidc.ts'
import { localPath, openPending, type SignInSealer, sealPending } from './pending.ts'
import { type SamlAddresses, saml } from './saml.ts'
import { serviceMetadata } from './saml-metadata.ts'

/** One way of signing in, as a sign-in page offers it. */
export interface SignInMethod {
  readonly name: string
  readonly kind: string
  readonly label: string
  /** Where its button leads. */
  readonly href: string
}

/** A sign-in that has begun. */
export interface Begun {
  /** Where the browser goes. */
  readonly url: string
  /** What the browser keeps until the answer comes. */
  readonly pending: string
}

/** What came of it. */
export interface Finished extends StartedSession {
  /** A path of this gateway. */
  readonly returnTo: string
}

/** An answer of a provider, as the browser brings it. */
export interface ProviderAnswer {
  /** The whole query, as it came. */
  readonly query: URLSearchParams
  /** What the browser kept. */
  readonly pending: string | undefined
}

/** Signing in through the identity providers of the documents. */
export interface Sso {
  readonly methods: () => readonly SignInMethod[]
  /** Throws `not_found`, `sign_in_failed`. */
  readonly beginOidc: (name: string, returnTo: string | null) => Promise<Begun>
  /** Throws `not_found`, `sign_in_failed`, `access_denied`. */
  readonly finishOidc: (name: string, answer: ProviderAnswer, place: SignInPlace) => Promise<Finished>
  readonly beginSaml: (name: string, returnTo: string | null) => Promise<Begun>
  /** `answer.query` is the form that was posted. */
  readonly finishSaml: (name: string, answer: ProviderAnswer, place: SignInPlace) => Promise<Finished>
  /** What a SAML provider is configured with, as XML. Throws `not_found`. */
  readonly samlMetadata: (name: string) => string
}

/** What it needs. */
export interface SsoOptions {
  readonly people: Pick<People, 'external'>
  readonly documents: () => DocumentSet
  readonly egress: Egress
  readonly tables: Tables
  readonly clock: Clock
  readonly random: Random
  readonly publicUrl: string
  readonly sealer: SignInSealer
  /** The text of a `secret://` reference. */
  readonly secret: (ref: string) => string | undefined
  /** Told why a sign-in failed, in more words than the person is. */
  readonly problem: (message: string) => void
}

/** Makes {@link Sso}. */
export function singleSignOn(options: SsoOptions): Sso {
  const { people, documents, clock, publicUrl, sealer } = options
  const relying = oidc(options)
  const service = saml(options)
  const redirectUri = (name: string) => `${publicUrl}${pathOf('oidc', name)}/callback`
  const addressesOf = (name: string): SamlAddresses => {
    const entityId = `${publicUrl}${pathOf('saml', name)}`
    return { entityId, consumer: `${entityId}/acs` }
  }
  const begin = (name: string, returnTo: string | null, ask: () => Promise<BegunSignIn>) =>
    telling(options, name, async () => {
      const { url, secrets } = await ask()
      const pending = { secrets, returnTo: localPath(returnTo), startedAt: clock.now() }
      return { url, pending: sealPending(sealer, name, pending) }
    })
  const finish = (
    {
      name,
      pending: sealed,
      place,
    }: { readonly name: string; readonly place: SignInPlace } & Pick<ProviderAnswer, 'pending'>,
    prove: (secrets: Readonly<Record<string, string>>) => Promise<ExternalPerson>,
  ) =>
    telling(options, name, async () => {
      const { secrets, returnTo } = openPending(sealer, name, { sealed, nowMs: clock.now() })
      return { ...(await people.external.signIn(await prove(secrets), place)), returnTo }
    })
  const oidcProvider = (name: string) => providerOf(documents(), name, 'oidc')
  const samlProvider = (name: string) => providerOf(documents(), name, 'saml')
  return {
    methods: () =>
      documents()
        .all(identityProviderKind)
        .map(({ name, spec }) => ({ name, kind: spec.kind, label: spec.label ?? name, href: pathOf(spec.kind, name) })),
    beginOidc: (name, returnTo) =>
      begin(name, returnTo, async () => relying.begin(oidcProvider(name), redirectUri(name))),
    finishOidc: (name, { query, pending }, place) =>
      finish({ name, pending, place }, async (secrets) => {
        const url = new URL(redirectUri(name))
        url.search = query.toString()
        return relying.finish(oidcProvider(name), { url, secrets })
      }),
    beginSaml: (name, returnTo) =>
      begin(name, returnTo, async () => service.begin(samlProvider(name), addressesOf(name))),
    finishSaml: (name, { query, pending }, place) =>
      finish({ name, pending, place }, async (secrets) => {
        const response = query.get('SAMLResponse') ?? ''
        return service.finish(samlProvider(name), addressesOf(name), { response, secrets })
      }),
    samlMetadata: (name) => serviceMetadata(addressesOf(samlProvider(name).name)),
  }
}

function pathOf(kind: string, name: string): string {
  return `/api/v1/sign-in/${kind}/${encodeURIComponent(name)}`
}

/** The provider of a name. Throws `not_found`. */
function providerOf(documents: DocumentSet, name: string, kind: string): Document<IdentityProviderSpec> {
  const provider = documents.get(identityProviderKind, name)
  if (provider?.spec.kind === kind) return provider
  throw new GatewayError('not_found', { message: `There is no identity provider ${name} of this kind.` })
}

/** The person reads one sentence; whoever runs the gateway reads what was wrong. */
async function telling<T>({ problem }: SsoOptions, name: string, task: () => Promise<T>): Promise<T> {
  try {
    return await task()
  } catch (cause) {
    if (cause instanceof GatewayError) problem(`signing in through ${name} failed: ${cause.message}`)
    throw cause
  }
}
