import { type Dialect, PostgresDialect } from 'kysely'
import { Pool, types } from 'pg'

/** Connections a process holds at most; PostgreSQL allows 100 in all by default. */
const POOL_SIZE = 10
const CONNECT_TIMEOUT_MS = 5_000
/** PostgreSQL's type numbers of `int8` and `numeric` (the type of a sum of `int8`), from `pg_type`. */
const INT8 = 20
const NUMERIC = 1_700

/** A Kysely dialect over a pool of PostgreSQL connections; `int8` and whole `numeric` values come back as numbers. */
export function postgresDialect(url: string): Dialect {
  const pool = new Pool({
    connectionString: url,
    max: POOL_SIZE,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    types: {
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        oid === INT8 || oid === NUMERIC ? parseNumber : types.getTypeParser(oid, format),
    },
  })
  // An idle connection may break while the server restarts; without a listener that would end the process.
  pool.on('error', () => undefined)
  return new PostgresDialect({ pool })
}

/** Throws `RangeError` for a whole number that JavaScript cannot hold exactly. */
function parseNumber(text: string): number {
  const value = Number(text)
  if (!text.includes('.') && !Number.isSafeInteger(value)) {
    throw new RangeError(`the stored number ${text} is beyond the exact range`)
  }
  return value
}
