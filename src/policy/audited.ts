import type { AuditEntry, AuditOrigin } from '../governance/audit/index.ts'
import type { DocumentSet } from '../platform/documents/index.ts'
import type { SecretUse } from '../platform/vault/index.ts'
import { type Change, keyOf } from './plan.ts'

/** Through which request a change came; who made it is said besides. */
export type ChangeOrigin = Omit<AuditOrigin, 'actor'>

/** A change of documents, as the audit log tells it. */
export interface AuditedChange {
  readonly author: string
  readonly reason: string
  readonly origin: ChangeOrigin | undefined
  /** The revision that holds after it. */
  readonly number: number
  readonly before: DocumentSet
  readonly after: DocumentSet
  readonly changes: readonly Change[]
  /** Secrets that were bound to hosts by it. */
  readonly bound?: readonly SecretUse[] | undefined
}

/** One entry for the revision, and one for each document that it changes. */
export function auditEntriesOf(changed: AuditedChange): readonly AuditEntry[] {
  const { author, reason, origin, number, before, after, changes, bound = [] } = changed
  const shared = { ...origin, actor: author, reason, revision: number }
  const digestsBefore = digestsOf(before)
  const digestsAfter = digestsOf(after)
  const count = (action: Change['action']) => changes.filter((change) => change.action === action).length
  const whole: AuditEntry = {
    ...shared,
    action: reason.startsWith('rollback') ? 'policy.rollback' : 'policy.apply',
    object: `revision:${number}`,
    before: before.revision,
    after: after.revision,
    facts: { created: count('create'), changed: count('change'), deleted: count('delete') },
  }
  const each = changes.map((change): AuditEntry => {
    const key = keyOf(change)
    const owner = change.owner
    return {
      ...shared,
      action: actionOf(change),
      object: key,
      before: digestsBefore.get(key),
      after: digestsAfter.get(key),
      fields: change.fields,
      facts: { owner },
    }
  })
  const bindings = bound.map(
    ({ ref, host }): AuditEntry => ({ ...shared, action: 'secret.bind', object: ref, facts: { host } }),
  )
  return [whole, ...each, ...bindings]
}

const KEY_ACTIONS = { create: 'key.create', change: 'key.change', delete: 'key.revoke' } as const

function actionOf({ kind, action }: Change): string {
  return kind === 'Key' ? KEY_ACTIONS[action] : `document.${action}`
}

function digestsOf(documents: DocumentSet): ReadonlyMap<string, string> {
  return new Map(documents.documents.map((document) => [keyOf(document), document.digest]))
}
