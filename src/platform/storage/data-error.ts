/** SQLite's codes for values it will never take (sqlite.org/rescode.html). */
const SQLITE_CODES = /^SQLITE_(?:CONSTRAINT|MISMATCH|TOOBIG|RANGE)/
/** SQLSTATE classes 22 (data exception) and 23 (integrity constraint violation), PostgreSQL appendix A. */
const POSTGRES_CODES = /^2[23][0-9A-Z]{3}$/

/** `code` of the error about a value that no parameter of a statement can carry. */
const UNBINDABLE = 'GATEHOUSE_UNBINDABLE'

/** The error about a value that no parameter of a statement can carry; {@link isDataError} knows it. */
export function unbindable(value: unknown): Error {
  return Object.assign(new TypeError(`a ${typeof value} cannot be a parameter of a statement`), { code: UNBINDABLE })
}

/**
 * What to throw when a statement with these rows threw `cause`. Drivers refuse a value with a bare `TypeError` or
 * `RangeError`, as a mistake in our own code does: it is about the rows only when one of them holds such a value.
 */
export function causeOfRows(cause: unknown, rows: readonly (readonly unknown[])[]): unknown {
  if (!(cause instanceof TypeError || cause instanceof RangeError)) return cause
  for (const row of rows) {
    const odd = row.find((value) => !isColumnValue(value))
    if (odd !== undefined) return unbindable(odd)
  }
  return cause
}

function isColumnValue(value: unknown): boolean {
  return value === null || value === undefined || typeof value === 'string' || typeof value === 'number'
}

/**
 * Whether a statement failed because of the values in it, so that trying again is no use; not because the database is
 * away or full, and not because of a mistake in our own code.
 */
export function isDataError(cause: unknown): boolean {
  if (!(cause instanceof Error) || !('code' in cause) || typeof cause.code !== 'string') return false
  return cause.code === UNBINDABLE || SQLITE_CODES.test(cause.code) || POSTGRES_CODES.test(cause.code)
}
