import { z } from 'zod'
import {
  type Document,
  type DocumentSet,
  defineKind,
  instant,
  type Kind,
  type ProblemAt,
  resourcePattern,
} from '../../platform/documents/index.ts'
import { onceForASet } from './once-for-a-set.ts'
import { parsePrincipal, principalRef } from './principal-ref.ts'

/** What a Key says. */
export interface KeySpec {
  /** Whose key it is: `app:x`, `user:x` or `agent:x`. */
  readonly for: string
  /** The key's SHA-256 as 64 lower-case hex digits; the key itself stands nowhere. */
  readonly sha256: string
  /** From when it is refused, epoch milliseconds. */
  readonly expires?: number | undefined
  /** The only resources it may reach; a key narrows what its principal may, and never widens it. */
  readonly narrowTo?: readonly string[] | undefined
  readonly disabled: boolean
}

/** A virtual key that Git may know, for only its digest stands in it. */
export const keyKind: Kind<KeySpec> = defineKind<KeySpec>({
  kind: 'Key',
  summary: 'A virtual key. Only its SHA-256 stands in the document; `gatehouse keys new` prints both.',
  schema: z.strictObject({
    for: principalRef(),
    sha256: z.string({ error: 'expected the SHA-256 of the key as 64 hex digits' }).regex(/^[0-9a-f]{64}$/, {
      error: 'expected the SHA-256 of the key as 64 lower-case hex digits',
    }),
    expires: instant().optional(),
    narrowTo: z.array(resourcePattern()).min(1).max(1_000).optional(),
    disabled: z.boolean().default(false),
  }),
  references: (spec) => {
    const owner = parsePrincipal(spec.for)
    if (owner?.kind === 'app') return [{ at: ['for'], kind: 'App', name: owner.name }]
    return owner?.kind === 'agent' ? [{ at: ['for'], kind: 'Agent', name: owner.name }] : []
  },
  problems: twin,
  example: `apiVersion: gatehouse/v1
kind: App
metadata: {name: claims-portal}
spec: {}
---
kind: Key
metadata: {name: claims-portal-2026}
spec:
  for: 'app:claims-portal'
  sha256: 2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae
  expires: 2027-01-01
  narrowTo: ['model:assistant']
`,
})

/** Digest → the first key, by name, that has it. */
const firstWithDigest = onceForASet((documents) => {
  const first = new Map<string, string>()
  for (const { name, spec } of documents.all(keyKind)) if (!first.has(spec.sha256)) first.set(spec.sha256, name)
  return first
})

function twin(document: Document<KeySpec>, documents: DocumentSet): readonly ProblemAt[] {
  const other = firstWithDigest(documents).get(document.spec.sha256)
  if (other === undefined || other === document.name) return []
  return [{ at: ['sha256'], message: `the key ${other} has the same digest`, hint: 'Make a new key.' }]
}
