import { z } from 'zod'

/** The kinds of principal. */
export type PrincipalKind = 'app' | 'user' | 'agent'

const PRINCIPAL = /^(app|user|agent):([^\s:][^\s]{0,255})$/

/** A principal in a document: `app:x`, `user:x` or `agent:x`. */
export const principalRef = () =>
  z
    .string({ error: 'expected a principal such as app:claims-portal or user:ann@example.com' })
    .regex(PRINCIPAL, { error: 'expected a principal such as app:claims-portal or user:ann@example.com' })

/** A person in a document: `user:ann@example.com`. */
export const userRef = () =>
  z
    .string({ error: 'expected a person such as user:ann@example.com' })
    .regex(/^user:[^\s:][^\s]{0,255}$/, { error: 'expected a person such as user:ann@example.com' })

/** A principal taken apart; undefined when the text is none. */
export function parsePrincipal(text: string): { readonly kind: PrincipalKind; readonly name: string } | undefined {
  const [, kind, name] = PRINCIPAL.exec(text) ?? []
  if (name === undefined) return undefined
  return kind === 'app' || kind === 'user' || kind === 'agent' ? { kind, name } : undefined
}
