import type { ExternalPerson } from '../people/index.ts'
import type { IdentityProviderSpec } from './identity-provider.kind.ts'

/** What a provider says of somebody, by name. */
export type Claims = Readonly<Record<string, unknown>>

/** A claim by its name, or, where none is called so, by a path through objects (`realm_access.roles`). */
export function claimAt(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name]
  let at: unknown = claims
  for (const step of name.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined
    at = (at as Claims)[step]
  }
  return at
}

/** The texts of a claim that is a text or a list of them. */
export function textsOf(claim: unknown): readonly string[] {
  const values: readonly unknown[] = Array.isArray(claim) ? claim : [claim]
  return values.filter((value) => typeof value === 'string').filter((text) => text !== '')
}

/** A provider's document, as far as its word on people goes. */
export interface ProviderWord {
  /** The document's name. */
  readonly name: string
  readonly spec: Pick<
    IdentityProviderSpec,
    'kind' | 'domains' | 'provisioning' | 'groups' | 'email' | 'trustEmail' | 'issuer'
  >
}

/** Somebody as a provider describes them. The address counts only when it is verified and of the provider's own domains. */
export function personFrom(
  { name, spec }: ProviderWord,
  claims: Claims,
  of: { readonly subject: string; readonly emailVerified: boolean },
): ExternalPerson {
  const [email] = textsOf(claimAt(claims, spec.email))
  const isOurs = email !== undefined && isOfDomains(email, spec.domains)
  const [first] = textsOf(claims.name)
  const parts = [...textsOf(claims.given_name), ...textsOf(claims.family_name)].join(' ')
  return {
    ...{ provider: name, protocol: spec.kind, issuer: spec.issuer, subject: of.subject },
    email: isOurs && (of.emailVerified || spec.trustEmail) ? email : undefined,
    name: first ?? parts,
    groups: textsOf(claimAt(claims, spec.groups)),
    mayJoin: spec.provisioning === 'just-in-time',
  }
}

/** Whether an address is well formed and of one of the domains. */
export function isOfDomains(email: string, domains: readonly string[]): boolean {
  const [, domain = ''] = /^[^\s@:,;<>"()]{1,64}@([^\s@:,;<>"()]+)$/.exec(email) ?? []
  return domains.includes(domain.toLowerCase())
}
