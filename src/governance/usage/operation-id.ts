/*
 * An operation, its request and its decision share one number, a UUIDv7 as 32 hex digits (RFC 9562, section 5.7), whose
 * first twelve are the epoch milliseconds. So one primary key finds all three and holds the order in time as well.
 */

const TIME_DIGITS = 12
const ID = /^op_[0-9a-f]{32}$/

/** The id of the same number under another prefix: `op_X` becomes `req_X`. */
export const siblingId = (prefix: 'op' | 'req' | 'dec', id: string): string => prefix + id.slice(id.indexOf('_'))

/** The instant in an operation's id, epoch milliseconds; undefined when it is no such id. */
export function instantOf(id: string): number | undefined {
  return ID.test(id) ? Number.parseInt(id.slice(3, 3 + TIME_DIGITS), 16) : undefined
}

/** What sorts before every id of this instant (epoch milliseconds) or later, and behind all that are earlier. */
export function idFrom(instant: number): string {
  const whole = Math.min(Math.max(Math.ceil(instant), 0), 2 ** 48 - 1)
  return `op_${whole.toString(16).padStart(TIME_DIGITS, '0')}`
}
