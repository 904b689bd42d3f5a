import type { Tables } from '../../platform/storage/index.ts'

/** A review of access. Instants in epoch milliseconds; when it was opened stands in its id. */
export interface ReviewRow {
  readonly id: string
  readonly name: string
  /** Of this team and those below it; null: of everything. */
  readonly team: string | null
  readonly opened_by: string
  readonly due_at: number | null
  readonly state: 'open' | 'closed'
  readonly closed_by: string | null
  readonly closed_at: number | null
  /** The policy revision that holds what was decided. */
  readonly revision: number | null
  readonly note: string | null
}

/** Something that somebody has, to be kept or taken away. */
export interface ReviewItemRow {
  readonly review: string
  /** 1, 2, 3, … */
  readonly number: number
  /** The document that gives it: `Grant`, `Role` or `Key`. */
  readonly kind: string
  readonly name: string
  /** Who has it: `team:claims`, `user:ann@example.com`. */
  readonly subject: string
  /** What it is, for people. */
  readonly what: string
  /** The document's digest when the review was opened. */
  readonly digest: string
  readonly decision: 'keep' | 'revoke' | null
  readonly decided_by: string | null
  readonly decided_at: number | null
  readonly note: string | null
}

/** A review with how far it has come. */
export interface ReviewProgress extends ReviewRow {
  readonly items: number
  readonly undecided: number
  readonly revoked: number
}

interface ReviewTables {
  readonly access_reviews: ReviewRow
  readonly access_review_items: ReviewItemRow
}

/** Rows a statement: PostgreSQL takes 65,535 parameters, SQLite 32,766. */
const ROWS_A_STATEMENT = 1_000

const rows = (tables: Tables) => tables.tables<ReviewTables>()
const number = (value: number | null) => (value === null ? null : Number(value))

/** Adds a review and what is to be reviewed. */
export async function addReview(tables: Tables, review: ReviewRow, items: readonly ReviewItemRow[]): Promise<void> {
  await rows(tables).insertInto('access_reviews').values(review).execute()
  for (let at = 0; at < items.length; at += ROWS_A_STATEMENT) {
    await rows(tables)
      .insertInto('access_review_items')
      .values(items.slice(at, at + ROWS_A_STATEMENT))
      .execute()
  }
}

/** One review; undefined when there is none. */
export async function findReview(tables: Tables, id: string): Promise<ReviewProgress | undefined> {
  const [row] = await progress(tables, [id])
  return row
}

/** Reviews, newest first: all, or those of some teams. */
export async function listReviews(
  tables: Tables,
  teams: readonly string[] | undefined,
  page: { readonly limit: number; readonly before?: string | undefined },
): Promise<readonly ReviewProgress[]> {
  if (teams?.length === 0) return []
  let select = rows(tables).selectFrom('access_reviews').select('id')
  if (teams) select = select.where('team', 'in', teams)
  if (page.before !== undefined) select = select.where('id', '<', page.before)
  const found = await select.orderBy('id', 'desc').limit(page.limit).execute()
  return progress(
    tables,
    found.map(({ id }) => id),
  )
}

async function progress(tables: Tables, ids: readonly string[]): Promise<readonly ReviewProgress[]> {
  if (ids.length === 0) return []
  const reviews = await rows(tables).selectFrom('access_reviews').selectAll().where('id', 'in', ids).execute()
  const counts = await rows(tables)
    .selectFrom('access_review_items')
    .select((is) => ['review', 'decision', is.fn.countAll<number>().as('count')])
    .where('review', 'in', ids)
    .groupBy(['review', 'decision'])
    .execute()
  const sum = (id: string, wanted?: ReviewItemRow['decision']) =>
    counts
      .filter(({ review, decision }) => review === id && (wanted === undefined || decision === wanted))
      .reduce((total, { count }) => total + Number(count), 0)
  return reviews
    .map((row) => ({
      ...row,
      due_at: number(row.due_at),
      closed_at: number(row.closed_at),
      revision: number(row.revision),
      items: sum(row.id),
      undecided: sum(row.id, null),
      revoked: sum(row.id, 'revoke'),
    }))
    .toSorted((a, b) => (a.id < b.id ? 1 : -1))
}

/** What is to be reviewed, in order, from behind a number. */
export async function listItems(
  tables: Tables,
  review: string,
  page: { readonly limit: number; readonly after: number },
): Promise<readonly ReviewItemRow[]> {
  const found = await rows(tables)
    .selectFrom('access_review_items')
    .selectAll()
    .where('review', '=', review)
    .where('number', '>', page.after)
    .orderBy('number')
    .limit(page.limit)
    .execute()
  return found.map((row) => ({ ...row, number: Number(row.number), decided_at: number(row.decided_at) }))
}

/** Holds an open review until the transaction ends, so that nothing is decided while it is signed; false when it is not open. */
export async function holdOpen(tables: Tables, id: string): Promise<boolean> {
  const { numUpdatedRows } = await rows(tables)
    .updateTable('access_reviews')
    .set({ state: 'open' })
    .where('id', '=', id)
    .where('state', '=', 'open')
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Decides one item, anew if it was decided; false when there is none. Hold the review open before. */
export async function decideItem(
  tables: Tables,
  { review, number: place }: Pick<ReviewItemRow, 'review' | 'number'>,
  decision: Pick<ReviewItemRow, 'decision' | 'decided_by' | 'decided_at' | 'note'>,
): Promise<boolean> {
  const { numUpdatedRows } = await rows(tables)
    .updateTable('access_review_items')
    .set(decision)
    .where('review', '=', review)
    .where('number', '=', place)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Closes an open review of which everything is decided; false otherwise. */
export async function closeReview(
  tables: Tables,
  id: string,
  closing: Pick<ReviewRow, 'closed_by' | 'closed_at' | 'revision' | 'note'>,
): Promise<boolean> {
  const { numUpdatedRows } = await rows(tables)
    .updateTable('access_reviews')
    .set({ ...closing, state: 'closed' })
    .where('id', '=', id)
    .where('state', '=', 'open')
    .where((is) =>
      is.not(
        is.exists(
          is.selectFrom('access_review_items').select('number').where('review', '=', id).where('decision', 'is', null),
        ),
      ),
    )
    .executeTakeFirst()
  return numUpdatedRows > 0n
}
