import type { Migration, Tables } from '../../platform/storage/index.ts'

/** An answer that the gate keeps, so that a conversation can go on from it. */
export interface StoredResponse {
  /** Whose it is: nobody else can see that it exists. */
  readonly principal: string
  readonly id: string
  readonly team: string | undefined
  /** Epoch milliseconds. */
  readonly createdAt: number
  readonly expiresAt: number
  /** The response object as JSON text. */
  readonly response: string
  /** Everything the model was given, earlier turns included, as the JSON text of an array of items. */
  readonly input: string
  /** The output items, each as JSON text, by id: clients refer to them one by one. */
  readonly items: readonly StoredItem[]
}

/** An output item that can be referred to. */
export interface StoredItem {
  readonly id: string
  readonly item: string
}

interface ResponseRow {
  readonly principal: string
  readonly id: string
  readonly team: string | null
  readonly created_at: number
  readonly expires_at: number
  readonly response: string
  readonly input: string
}
interface ItemRow {
  readonly principal: string
  readonly id: string
  readonly response_id: string
  readonly expires_at: number
  readonly item: string
}
interface ResponseTables {
  readonly responses: ResponseRow
  readonly response_items: ItemRow
}

/** The tables of stored responses. The key begins with the principal: providers, not the gate, make some of the ids. */
export const responseMigrations: readonly Migration[] = [
  {
    id: 'gate-001',
    up: [
      `create table responses (principal text not null, id text not null, team text, created_at bigint not null,
        expires_at bigint not null, response text not null, input text not null, primary key (principal, id))`,
      'create index responses_expiry on responses (expires_at)',
      `create table response_items (principal text not null, id text not null, response_id text not null,
        expires_at bigint not null, item text not null, primary key (principal, id))`,
      'create index response_items_response on response_items (principal, response_id)',
      'create index response_items_expiry on response_items (expires_at)',
    ],
  },
]

/** Rows that one statement carries; both engines bound the number of parameters. */
const ROWS_A_STATEMENT = 200
const DELETED_A_STATEMENT = 500

/** Stores responses, the newest of an id; all or nothing. */
export async function addResponses(tables: Tables, responses: readonly StoredResponse[]): Promise<void> {
  const kysely = tables.tables<ResponseTables>()
  for (const rows of inPieces(unique(responses.map(rowOf)))) {
    await kysely
      .insertInto('responses')
      .values(rows)
      .onConflict((on) =>
        on.columns(['principal', 'id']).doUpdateSet((set) => ({
          response: set.ref('excluded.response'),
          input: set.ref('excluded.input'),
          expires_at: set.ref('excluded.expires_at'),
        })),
      )
      .execute()
  }
  for (const rows of inPieces(unique(responses.flatMap(itemRowsOf)))) {
    await kysely
      .insertInto('response_items')
      .values(rows)
      .onConflict((on) => on.columns(['principal', 'id']).doNothing())
      .execute()
  }
}

/** A principal's response that has not expired. */
export async function findResponse(
  tables: Tables,
  of: { readonly principal: string; readonly id: string; readonly now: number },
): Promise<StoredResponse | undefined> {
  const row = await tables
    .tables<ResponseTables>()
    .selectFrom('responses')
    .selectAll()
    .where('principal', '=', of.principal)
    .where('id', '=', of.id)
    .where('expires_at', '>', of.now)
    .executeTakeFirst()
  if (!row) return undefined
  const { principal, id, team, created_at: createdAt, expires_at: expiresAt, response, input } = row
  return { principal, id, team: team ?? undefined, createdAt, expiresAt, response, input, items: [] }
}

/** A principal's output items by their ids; those that are not there are left out. */
export async function findItems(
  tables: Tables,
  of: { readonly principal: string; readonly ids: readonly string[]; readonly now: number },
): Promise<readonly StoredItem[]> {
  const found: StoredItem[] = []
  for (const ids of inPieces(of.ids)) {
    const rows = await tables
      .tables<ResponseTables>()
      .selectFrom('response_items')
      .select(['id', 'item'])
      .where('principal', '=', of.principal)
      .where('id', 'in', ids)
      .where('expires_at', '>', of.now)
      .execute()
    found.push(...rows)
  }
  return found
}

/** Deletes a principal's response with its items; says whether it was there. Call it in a transaction. */
export async function deleteResponse(
  tables: Tables,
  of: { readonly principal: string; readonly id: string; readonly now: number },
): Promise<boolean> {
  const kysely = tables.tables<ResponseTables>()
  const wasThere = (await findResponse(tables, of)) !== undefined
  await kysely
    .deleteFrom('response_items')
    .where('principal', '=', of.principal)
    .where('response_id', '=', of.id)
    .execute()
  await kysely.deleteFrom('responses').where('principal', '=', of.principal).where('id', '=', of.id).execute()
  return wasThere
}

/** Forgets every response of a principal. */
export async function deleteResponsesOf(tables: Tables, principal: string): Promise<void> {
  const kysely = tables.tables<ResponseTables>()
  await kysely.deleteFrom('response_items').where('principal', '=', principal).execute()
  await kysely.deleteFrom('responses').where('principal', '=', principal).execute()
}

/** Deletes what has expired, in pieces, so that nobody waits long for it. Returns how many responses went. */
export async function deleteExpiredResponses(tables: Tables, now: number): Promise<number> {
  const kysely = tables.tables<ResponseTables>()
  await kysely.deleteFrom('response_items').where('expires_at', '<=', now).execute()
  let total = 0
  for (;;) {
    const old = await kysely
      .selectFrom('responses')
      .select(['principal', 'id'])
      .where('expires_at', '<=', now)
      .limit(DELETED_A_STATEMENT)
      .execute()
    if (old.length === 0) return total
    total += old.length
    for (const { principal, id } of old)
      await kysely.deleteFrom('responses').where('principal', '=', principal).where('id', '=', id).execute()
  }
}

function rowOf(response: StoredResponse): ResponseRow {
  return {
    principal: response.principal,
    id: response.id,
    team: response.team ?? null,
    created_at: response.createdAt,
    expires_at: response.expiresAt,
    response: response.response,
    input: response.input,
  }
}

function itemRowsOf({ principal, id, expiresAt, items }: StoredResponse): readonly ItemRow[] {
  return items.map((item) => ({
    principal,
    id: item.id,
    response_id: id,
    expires_at: expiresAt,
    item: item.item,
  }))
}

/** PostgreSQL refuses a statement that touches a row twice: of several with one key the last counts. */
function unique<Row extends { readonly principal: string; readonly id: string }>(rows: readonly Row[]): readonly Row[] {
  return [...new Map(rows.map((row) => [`${row.principal}\n${row.id}`, row])).values()]
}

function* inPieces<Row>(rows: readonly Row[]): Generator<Row[]> {
  for (let from = 0; from < rows.length; from += ROWS_A_STATEMENT) yield rows.slice(from, from + ROWS_A_STATEMENT)
}
