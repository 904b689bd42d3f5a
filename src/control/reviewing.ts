import { grantKind, type Reach, roleKind } from '../governance/access/index.ts'
import type { Reviewable, ReviewItemRow } from '../governance/approvals/index.ts'
import { keyKind } from '../governance/identity/index.ts'
import { GatewayError } from '../lib/errors.ts'
import type { Document } from '../platform/documents/index.ts'
import type { Snapshot } from '../policy/index.ts'
import { isTermWithin } from './document-place.ts'

/** Everything that somebody within a reach has: each subject of a grant that allows, each member of a role, each key. */
export function reviewables(snapshot: Snapshot, reach: Reach, nowMs: number): readonly Reviewable[] {
  const { documents, identity } = snapshot
  const isMeant = (subject: string) => isTermWithin(subject, reach, identity)
  const item = ({ kind, name, digest }: Document, subject: string, what: string) => ({
    kind,
    name,
    digest,
    subject,
    what,
  })
  const grants = documents
    .all(grantKind)
    .filter(({ spec }) => spec.effect === 'allow' && spec.mode === 'enforce' && (spec.expires ?? Infinity) > nowMs)
    .flatMap((grant) => grant.spec.to.filter(isMeant).map((subject) => item(grant, subject, grantText(grant.spec))))
  const roles = documents.all(roleKind).flatMap((role) =>
    // Who has a role over everything is for those to review who see everything.
    reach === 'everything' ? role.spec.members.map((member) => item(role, member, `the role ${role.name}`)) : [],
  )
  const keys = documents
    .all(keyKind)
    .filter(({ spec }) => isMeant(spec.for) && !spec.disabled && (spec.expires ?? Infinity) > nowMs)
    .map((key) => item(key, key.spec.for, `the key ${key.name}`))
  return [...grants, ...roles, ...keys]
}

function grantText({
  actions,
  on,
  when,
}: {
  readonly actions: readonly string[]
  readonly on: readonly string[]
  readonly when?: string | undefined
}): string {
  return `${actions.join(', ')} on ${on.join(', ')}${when === undefined ? '' : ` when ${when}`}`.slice(0, 2_000)
}

/** What taking things away does to documents: some are written without a subject, some go. */
export interface Revocation {
  readonly documents: readonly unknown[]
  /** `Kind/name`. */
  readonly remove: readonly string[]
}

const LISTS: Readonly<Record<string, 'to' | 'members'>> = { Grant: 'to', Role: 'members' }

/**
 * The documents without what was revoked, as they are now: what has gone since needs nothing. Throws `conflict` when a
 * document is owned by Git, which must be changed there.
 */
export function revocationOf(items: readonly ReviewItemRow[], { documents }: Snapshot): Revocation {
  const gone = new Map<Document, Set<string>>()
  for (const { kind, name, subject } of items) {
    const document = documents.documents.find((one) => one.kind === kind && one.name === name)
    if (document) gone.set(document, (gone.get(document) ?? new Set<string>()).add(subject))
  }
  const git = [...gone.keys()].filter(({ owner }) => owner.startsWith('git:'))
  const [first] = git
  if (first) {
    const names = git.map(({ kind, name, origin }) => `${kind} ${name} in ${origin.file ?? 'Git'}`).slice(0, 5)
    throw new GatewayError('conflict', {
      message: `Git owns what is to be taken away: change ${names.join(', ')} there, then sign again.`,
      facts: { documents: git.length },
    })
  }
  const changed: unknown[] = []
  const remove: string[] = []
  for (const [document, subjects] of gone) {
    const left = withoutSubjects(document, subjects)
    if (left) changed.push(left)
    else remove.push(`${document.kind}/${document.name}`)
  }
  return { documents: changed, remove }
}

/** A document without some subjects; undefined when nobody is left, or it is one's alone. */
function withoutSubjects({ kind, written }: Document, subjects: ReadonlySet<string>): unknown {
  const field = LISTS[kind]
  const whole = written as { readonly spec?: Readonly<Record<string, readonly string[]>> }
  if (field === undefined) return undefined
  const left = (whole.spec?.[field] ?? []).filter((subject) => !subjects.has(subject))
  // A role without members still says what it gives; a grant to nobody is none.
  if (left.length === 0 && field === 'to') return undefined
  return { ...whole, spec: { ...whole.spec, [field]: left } }
}
