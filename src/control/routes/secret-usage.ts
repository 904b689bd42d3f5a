import type { Ledger } from '../../governance/usage/index.ts'
import type { Document, DocumentSet } from '../../platform/documents/index.ts'
import { secretRefsOf } from '../../policy/index.ts'

/** What uses a secret. */
export interface SecretUsage {
  /** `Kind/name` of documents that refer to it. */
  readonly usedBy: string[]
  /** The last hour in which a provider that refers to it was asked, epoch milliseconds. */
  readonly lastUsedAt?: number | undefined
}

const LOOK_BACK_MS = 30 * 86_400_000

/** What uses each secret, by its reference. When is known to the hour, from the sums of usage: calls themselves note nothing. */
export async function secretUsage(
  documents: DocumentSet,
  { ledger, now }: { readonly ledger: Pick<Ledger, 'usage'>; readonly now: number },
): Promise<ReadonlyMap<string, SecretUsage>> {
  const lastUsed = await lastUseOfProviders(documents, { ledger, now })
  const usage = new Map<string, SecretUsage>()
  for (const document of documents.documents) {
    for (const ref of secretRefsOf({ documents: [document] })) {
      const known = usage.get(ref) ?? { usedBy: [] }
      const at = document.kind === 'Provider' ? lastUsed.get(document.name) : undefined
      const lastUsedAt = Math.max(known.lastUsedAt ?? 0, at ?? 0) || undefined
      usage.set(ref, { usedBy: [...known.usedBy, `${document.kind}/${document.name}`], lastUsedAt })
    }
  }
  return usage
}

async function lastUseOfProviders(
  documents: DocumentSet,
  { ledger, now }: { readonly ledger: Pick<Ledger, 'usage'>; readonly now: number },
): Promise<ReadonlyMap<string, number>> {
  const isUser = (document: Document) =>
    document.kind === 'Provider' && secretRefsOf({ documents: [document] }).length > 0
  const provider = documents.documents.filter(isUser).map(({ name }) => name)
  if (provider.length === 0) return new Map()
  const wanted = {
    groupBy: ['provider'],
    bucket: 'hour',
    from: now - LOOK_BACK_MS,
    to: now + 1,
    where: { provider },
  } as const
  const last = new Map<string, number>()
  for (const { provider: name = '', bucket = 0 } of await ledger.usage(wanted))
    last.set(name, Math.max(last.get(name) ?? 0, bucket))
  return last
}
