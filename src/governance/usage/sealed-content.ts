import type { SubjectKeys } from '../../platform/vault/index.ts'
import type { OperationRecord } from './record.ts'

/** Content as it is kept: sealed under the key of whose it is. */
interface SealedContent {
  readonly subject: string
  readonly sealed: string
}

type Content = NonNullable<OperationRecord['content']>

/** Whose the content of an operation is: the person's, else the program's. */
export function subjectOf(record: Pick<OperationRecord, 'user' | 'principal'>): string {
  return record.user === undefined ? (record.principal ?? 'nobody') : `user:${record.user}`
}

/** The text in which content is kept. */
export async function sealContent(keys: SubjectKeys, record: OperationRecord): Promise<string> {
  const subject = subjectOf(record)
  const sealed = await keys.seal(subject, placeOf(record.id), JSON.stringify(record.content))
  return JSON.stringify({ subject, sealed } satisfies SealedContent)
}

/** The content in such a text; undefined when the key of whose it is was destroyed. Also reads what was kept before it was sealed. */
export async function openContent(keys: SubjectKeys, id: string, text: string): Promise<Content | undefined> {
  const kept = JSON.parse(text) as Partial<SealedContent> & Content
  if (kept.sealed === undefined || kept.subject === undefined) return kept
  const opened = await keys.open(kept.subject, placeOf(id), kept.sealed)
  return opened === undefined ? undefined : (JSON.parse(opened) as Content)
}

function placeOf(id: string) {
  return { kind: 'content', id, field: 'text' } as const
}
