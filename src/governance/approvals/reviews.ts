import type { Clock } from '../../lib/clock.ts'
import { canonicalJson, sha256Hex } from '../../lib/crypto.ts'
import { GatewayError } from '../../lib/errors.ts'
import type { IdMaker } from '../../lib/ids.ts'
import type { Database, Tables } from '../../platform/storage/index.ts'
import type { Audit, AuditOrigin } from '../audit/index.ts'
import {
  addReview,
  closeReview,
  decideItem,
  findReview,
  holdOpen,
  listItems,
  listReviews,
  type ReviewItemRow,
  type ReviewProgress,
  type ReviewRow,
} from './reviews.store.ts'

/** Something that somebody has, before it is in a review. */
export type Reviewable = Pick<ReviewItemRow, 'kind' | 'name' | 'subject' | 'what' | 'digest'>

/** A review to be opened. */
export interface NewReview extends Pick<ReviewRow, 'name' | 'team' | 'opened_by' | 'due_at'> {
  readonly items: readonly Reviewable[]
  readonly origin: AuditOrigin
}

/** What somebody decides of one item. */
export interface ItemDecision {
  readonly decision: 'keep' | 'revoke'
  readonly by: string
  readonly note?: string | undefined
  readonly origin: AuditOrigin
}

/** A signature under a review. */
export interface SignOff {
  readonly by: string
  readonly note?: string | undefined
  /** The policy revision that holds what was decided. */
  readonly revision: number
  /** {@link digestOfItems} of what is signed: decided otherwise meanwhile, it is not signed. */
  readonly digest: string
  readonly origin: AuditOrigin
}

/** SHA-256 (hex) of what a review holds, decisions and all. */
export function digestOfItems(items: readonly ReviewItemRow[]): string {
  return sha256Hex(canonicalJson(items))
}

/** Reviews of access: what somebody has is kept or taken away, one by one, and then signed. */
export interface Reviews {
  readonly open: (review: NewReview) => Promise<ReviewProgress>
  /** Throws `not_found`. */
  readonly find: (id: string) => Promise<ReviewProgress>
  /** Of all, or of some teams; newest first. */
  readonly list: (
    teams: readonly string[] | undefined,
    page: { readonly limit: number; readonly before?: string | undefined },
  ) => Promise<readonly ReviewProgress[]>
  readonly items: (
    review: string,
    page: { readonly limit: number; readonly after: number },
  ) => Promise<readonly ReviewItemRow[]>
  /** Throws `not_found`; `conflict` when the review is closed. */
  readonly decide: (review: string, number: number, decision: ItemDecision) => Promise<void>
  /**
   * Signs and closes a review, within the transaction that takes away what was revoked. Throws `conflict` when something
   * is undecided, or it is closed already.
   */
  readonly close: (review: string, signed: SignOff) => (tables: Tables) => Promise<void>
  /** The same when nothing is taken away. */
  readonly closeAlone: (review: string, signed: SignOff) => Promise<void>
}

/** What {@link reviews} needs; the database must be migrated. */
export interface ReviewOptions {
  readonly database: Database
  readonly audit: Pick<Audit, 'append'>
  readonly clock: Clock
  readonly ids: IdMaker
}

/** Makes the reviews of one organisation. */
export function reviews({ database, audit, clock, ids }: ReviewOptions): Reviews {
  const close: Reviews['close'] = (id, { by, note = null, revision, digest, origin }) => {
    return async (tables) => {
      const closing = { closed_by: by, closed_at: clock.now(), revision, note }
      if (!(await closeReview(tables, id, closing))) throw notClosable(await found(tables, id))
      const items = await listItems(tables, id, { limit: MOST_ITEMS, after: 0 })
      const after = digestOfItems(items)
      if (after !== digest) {
        throw new GatewayError('conflict', {
          message: 'Something was decided otherwise meanwhile. Look again, then sign.',
        })
      }
      const facts = { items: items.length, revoked: items.filter(({ decision }) => decision === 'revoke').length }
      await audit.append(tables, {
        ...origin,
        action: 'review.sign',
        object: id,
        reason: note ?? undefined,
        after,
        facts,
      })
    }
  }
  return {
    open: async ({ items, origin, ...asked }) => {
      const id = ids('rvw')
      const review: ReviewRow = {
        ...asked,
        id,
        state: 'open',
        closed_by: null,
        closed_at: null,
        revision: null,
        note: null,
      }
      const rows = items.map((item, place) => ({ ...item, ...UNDECIDED, review: id, number: place + 1 }))
      await database.transaction(async (tables) => {
        await addReview(tables, review, rows)
        const facts = { name: asked.name, team: asked.team, items: rows.length }
        await audit.append(tables, { ...origin, action: 'review.open', object: id, facts })
      })
      return found(database, id)
    },
    find: (id) => found(database, id),
    list: (teams, page) => listReviews(database, teams, page),
    items: (review, page) => listItems(database, review, page),
    decide: (review, number, { decision, by, note = null, origin }) =>
      database.transaction(async (tables) => {
        const decided = { decision, decided_by: by, decided_at: clock.now(), note }
        if (!(await holdOpen(tables, review))) throw notClosable(await found(tables, review))
        if (!(await decideItem(tables, { review, number }, decided))) {
          throw new GatewayError('not_found', { message: `The review has no item ${number}.` })
        }
        const facts = { item: number, decision }
        await audit.append(tables, {
          ...origin,
          action: 'review.decide',
          object: review,
          reason: note ?? undefined,
          facts,
        })
      }),
    close,
    closeAlone: (id, signed) => database.transaction(close(id, signed)),
  }
}

async function found(tables: Tables, id: string): Promise<ReviewProgress> {
  const row = await findReview(tables, id)
  if (row) return row
  throw new GatewayError('not_found', { message: `There is no review ${id}.` })
}

/** Why a review cannot be signed. */
export function notClosable({ state, undecided }: ReviewProgress): GatewayError {
  if (state === 'closed') return new GatewayError('conflict', { message: 'The review is signed and closed already.' })
  return new GatewayError('conflict', { message: `${undecided} items are not decided yet.`, facts: { undecided } })
}

/** Most items of a review: all of them are signed in one go. */
export const MOST_ITEMS = 20_000

const UNDECIDED = { decision: null, decided_by: null, decided_at: null, note: null } as const
