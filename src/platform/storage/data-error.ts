/** SQLite's codes for values it will never take (sqlite.org/rescode.html). */
const SQLITE_CODES = /^SQLITE_(?:CONSTRAINT|MISMATCH|TOOBIG|RANGE)/
/** SQLSTATE classes 22 (data exception) and 23 (integrity constraint violation), PostgreSQL appendix A. */
const POSTGRES_CODES = /^2[23][0-9A-Z]{3}$/

/** Whether a statement failed because of the values in it, so that trying again is no use; not because the database is away or full. */
export function isDataError(cause: unknown): boolean {
  if (cause instanceof TypeError || cause instanceof RangeError) return true
  if (!(cause instanceof Error) || !('code' in cause) || typeof cause.code !== 'string') return false
  return SQLITE_CODES.test(cause.code) || POSTGRES_CODES.test(cause.code)
}
