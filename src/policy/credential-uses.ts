import { providerKind, providerSettings } from '../models/providers/index.ts'
import type { DocumentSet } from '../platform/documents/index.ts'
import type { SecretUse } from '../platform/vault/index.ts'

/** Which secrets documents would have sent to which hosts: each pair once. */
export function credentialUses(documents: DocumentSet): readonly SecretUse[] {
  const uses = new Map<string, SecretUse>()
  for (const document of documents.all(providerKind)) {
    const { credential, baseUrl } = providerSettings(document)
    if (credential === undefined || !URL.canParse(baseUrl)) continue
    const host = new URL(baseUrl).hostname
    uses.set(`${credential} ${host}`, { ref: credential, host })
  }
  return [...uses.values()]
}

/** The uses in the one that are not in the other. */
export function addedUses(before: DocumentSet | undefined, after: DocumentSet): readonly SecretUse[] {
  const known = new Set((before ? credentialUses(before) : []).map(({ ref, host }) => `${ref} ${host}`))
  return credentialUses(after).filter(({ ref, host }) => !known.has(`${ref} ${host}`))
}
