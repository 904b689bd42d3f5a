import { z } from 'zod'
import { type Document, defineKind, type Kind, type ProblemAt, secretRef } from '../../platform/documents/index.ts'

const address = () =>
  z
    .url({ protocol: /^https?$/ })
    .max(2_048)
    .optional()
const domain = z.string().regex(/^(?!-)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*$/, {
  error: 'expected a domain in small letters, such as example.com',
})

const schema = z.strictObject({
  kind: z.enum(['oidc', 'saml']),
  /** What the button says; the document's name when absent. */
  label: z.string().min(1).max(64).optional(),
  /** The e-mail domains that are the provider's own: only for these is it believed. */
  domains: z.array(domain).min(1).max(1_000),
  /** `just-in-time`: who signs in gets an account; `invited`: only who has one, from an administrator or SCIM, gets in. */
  provisioning: z.enum(['just-in-time', 'invited']).default('just-in-time'),
  /** The claim or attribute that lists the groups; `Team.ssoGroups` makes teams of them. */
  groups: z.string().min(1).max(256).default('groups'),
  /** The claim or attribute that holds the e-mail address. */
  email: z.string().min(1).max(256).default('email'),
  /** Believe addresses that are not marked as verified: for providers in which people cannot choose their own. */
  trustEmail: z.boolean().default(false),
  network: z.enum(['public', 'private']).default('public'),
  /** OIDC: the issuer's address. SAML: the provider's entity id. */
  issuer: z.string().min(1).max(2_048),
  clientId: z.string().min(1).max(512).optional(),
  clientSecret: secretRef().optional(),
  scopes: z
    .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/))
    .max(32)
    .default(['openid', 'email', 'profile']),
  /** SAML: where people are sent to sign in. */
  signInUrl: address(),
  /** SAML: the provider's signing certificates as PEM; two while it changes them. */
  certificates: z
    .array(
      z
        .string()
        .max(16_384)
        .regex(/-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----/),
    )
    .max(8)
    .default([]),
})

/** What an IdentityProvider says. */
export type IdentityProviderSpec = z.infer<typeof schema>

/** An identity provider through which people sign in. */
export const identityProviderKind: Kind<IdentityProviderSpec> = defineKind<IdentityProviderSpec>({
  kind: 'IdentityProvider',
  summary: 'A provider through which people sign in (OpenID Connect or SAML), and for whose addresses it is believed.',
  schema,
  problems: ({ spec }: Document<IdentityProviderSpec>) => [
    ...(spec.kind === 'oidc' ? oidcProblems(spec) : samlProblems(spec)),
    ...[...(spec.kind === 'oidc' ? (['issuer'] as const) : []), 'signInUrl' as const].flatMap((at) =>
      plainHttp(spec, at),
    ),
  ],
  example: `apiVersion: gatehouse/v1
kind: IdentityProvider
metadata: {name: okta}
spec:
  kind: oidc
  label: Okta
  domains: [example.com]
  issuer: https://example.okta.com
  clientId: 0oa1b2c3
  clientSecret: secret://vault/okta
`,
})

function oidcProblems(spec: IdentityProviderSpec): readonly ProblemAt[] {
  const problems: ProblemAt[] = []
  if (!URL.canParse(spec.issuer))
    problems.push({ at: ['issuer'], message: 'the issuer of OpenID Connect is an address' })
  if (spec.clientId === undefined) problems.push({ at: ['kind'], message: 'OpenID Connect needs a clientId' })
  if (!spec.scopes.includes('openid')) problems.push({ at: ['scopes'], message: 'the scope openid is missing' })
  return problems
}

function samlProblems(spec: IdentityProviderSpec): readonly ProblemAt[] {
  const problems: ProblemAt[] = []
  if (spec.signInUrl === undefined) problems.push({ at: ['kind'], message: 'SAML needs a signInUrl' })
  if (spec.certificates.length === 0) {
    problems.push({ at: ['kind'], message: "SAML needs the provider's certificates", hint: 'Paste them as PEM.' })
  }
  return problems
}

function plainHttp(spec: IdentityProviderSpec, at: 'issuer' | 'signInUrl'): readonly ProblemAt[] {
  if (!spec[at]?.startsWith('http:') || spec.network === 'private') return []
  const message = 'http is allowed only for a provider in your own network'
  return [{ at: [at], message, hint: 'Write https, or add network: private.' }]
}
