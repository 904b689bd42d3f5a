import type { Profile, SAML } from '@node-saml/node-saml'
import type { Clock } from '../../lib/clock.ts'
import { sha256Hex } from '../../lib/crypto.ts'
import { GatewayError } from '../../lib/errors.ts'
import type { Random } from '../../lib/random.ts'
import type { Document } from '../../platform/documents/index.ts'
import type { Tables } from '../../platform/storage/index.ts'
import type { ExternalPerson } from '../people/index.ts'
import { useAssertion } from './assertions.store.ts'
import { type Claims, claimAt, personFrom, textsOf } from './claims.ts'
import type { IdentityProviderSpec } from './identity-provider.kind.ts'
import type { BegunSignIn } from './oidc.ts'
import { checkAssertion, checkResponse, type Expected, isSuccess } from './saml-checks.ts'
import { readSamlDocument, unacceptable } from './saml-document.ts'

type Provider = Document<IdentityProviderSpec>

/** Our addresses for one provider. */
export interface SamlAddresses {
  readonly entityId: string
  /** Where responses come to: the assertion consumer service. */
  readonly consumer: string
}

/** SAML 2.0 as a service provider: requests by redirection, responses by POST, only those that answer a request of ours. */
export interface Saml {
  readonly begin: (provider: Provider, addresses: SamlAddresses) => Promise<BegunSignIn>
  /** Throws `sign_in_failed`. */
  readonly finish: (provider: Provider, addresses: SamlAddresses, answer: SamlAnswer) => Promise<ExternalPerson>
}

/** What came back. */
export interface SamlAnswer {
  /** The form's `SAMLResponse`. */
  readonly response: string
  readonly secrets: Readonly<Record<string, string>>
}

/** What it needs. */
export interface SamlOptions {
  readonly tables: Tables
  readonly clock: Clock
  readonly random: Pick<Random, 'bytes'>
}

const SKEW_MS = 60_000
const EMAIL_FORMAT = 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress'
/** What providers call the address and the name when nobody has told them otherwise. */
const EMAILS = [
  'email',
  'mail',
  'emailaddress',
  'urn:oid:0.9.2342.19200300.100.1.3',
  'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress',
]
const NAMES = [
  'displayName',
  'name',
  'urn:oid:2.16.840.1.113730.3.1.241',
  'http://schemas.microsoft.com/identity/claims/displayname',
  'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name',
]

/**
 * Makes {@link Saml}. The library verifies signatures and gives the signed text alone; everything that the text must say is
 * checked here, for the library takes another issuer, recipient or destination, and one assertion twice.
 */
export function saml({ tables, clock, random }: SamlOptions): Saml {
  return {
    begin: async (provider, addresses) => {
      const requestId = `_${Buffer.from(random.bytes(20)).toString('hex')}`
      const url = await (await partyOf(provider, addresses, requestId)).getAuthorizeUrlAsync('', undefined, {})
      return { url, secrets: { requestId } }
    },
    finish: async (provider, addresses, { response, secrets }) => {
      const document = readSamlDocument(response)
      const expected: Expected = {
        ...{ issuer: provider.spec.issuer, audience: addresses.entityId, recipient: addresses.consumer },
        ...{ requestId: secrets.requestId ?? '', nowMs: clock.now() },
      }
      checkResponse(document, expected)
      if (!isSuccess(document.xml)) throw unacceptable('the provider says that signing in failed')
      const profile = await verified(await partyOf(provider, addresses, expected.requestId), response)
      const { Assertion } = Object(profile.getAssertion?.()) as { readonly Assertion?: unknown }
      const assertion = checkAssertion(Object(Assertion) as Claims, expected)
      const digest = sha256Hex(`${provider.spec.issuer}\n${assertion.id}`)
      const { expiresAt } = assertion
      const isFirst = await useAssertion(tables, { digest, expiresAt, nowMs: expected.nowMs })
      if (!isFirst) throw unacceptable('an assertion that was used before')
      return personOf(provider, profile, assertion)
    },
  }
}

async function partyOf({ spec }: Provider, { entityId, consumer }: SamlAddresses, requestId: string): Promise<SAML> {
  // Loaded when somebody first signs in this way: it takes a tenth of a second, and most starts never need it.
  const { SAML, ValidateInResponseTo } = await import('@node-saml/node-saml')
  return new SAML({
    ...{ idpCert: [...spec.certificates], issuer: entityId, callbackUrl: consumer, entryPoint: spec.signInUrl ?? '' },
    ...{ audience: entityId, idpIssuer: spec.issuer, acceptedClockSkewMs: SKEW_MS },
    // The response or the assertion is signed: whichever is, only what it signs is read.
    ...{ wantAssertionsSigned: false, wantAuthnResponseSigned: false },
    // Ours to check: the library keeps requests in memory, which other nodes do not see.
    validateInResponseTo: ValidateInResponseTo.never,
    ...{ disableRequestedAuthnContext: true, identifierFormat: null, generateUniqueId: () => requestId },
  })
}

async function verified(party: SAML, response: string): Promise<Profile> {
  try {
    const { profile } = await party.validatePostResponseAsync({ SAMLResponse: response.replace(/\s+/g, '') })
    if (profile) return profile
  } catch (cause) {
    if (cause instanceof GatewayError) throw cause
    throw unacceptable(cause instanceof Error ? cause.message.slice(0, 300) : 'not verified')
  }
  throw unacceptable('no assertion')
}

/** A signed assertion of a provider is its word: what it says of an address of its own domains holds. */
function personOf(provider: Provider, profile: Profile, of: ReturnType<typeof checkAssertion>): ExternalPerson {
  const attributes = Object(profile.attributes) as Claims
  const { spec } = provider
  const email =
    firstOf(attributes, [spec.email, ...EMAILS]) ?? (of.subjectFormat === EMAIL_FORMAT ? of.subject : undefined)
  const given = [
    ...textsOf(attributes.givenName ?? attributes.firstName),
    ...textsOf(attributes.sn ?? attributes.lastName),
  ]
  const claims = {
    [spec.groups]: claimAt(attributes, spec.groups),
    ...{ [spec.email]: email, name: firstOf(attributes, NAMES) ?? given.join(' ') },
  }
  return personFrom(provider, claims, { subject: of.subject, emailVerified: true })
}

function firstOf(attributes: Claims, names: readonly string[]): string | undefined {
  return names.flatMap((name) => textsOf(Object.hasOwn(attributes, name) ? attributes[name] : undefined))[0]
}
