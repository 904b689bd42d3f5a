/**
 * Finds, in the bytes of a chat completions stream, the places that metering must read, at a fraction of a parser's cost: a
 * member `usage` that is an object, a `finish_reason` that is a string, an `error` that is an object or a string, and `[DONE]`.
 * Inside a JSON string every quote is escaped, so content cannot look like one of the members; a false alarm
 * would only cost the reading of a line.
 *
 * The search looks at the last byte of a window of six and skips ahead as that byte allows (Horspool, for several patterns).
 */
const PATTERNS = ['sage":', 'ason":', 'rror":', '[DONE]'] as const
const WINDOW = 6
const QUOTE = 34
const COLON = 58
const OPEN_OBJECT = 123
const CLOSE_ARRAY = 93
const SPACE = 32
const code = (character: string) => character.charCodeAt(0)
const [E, N, O, R, CAPITAL_E] = [code('e'), code('n'), code('o'), code('r'), code('E')]

const SKIP: Uint8Array = (() => {
  const skip = new Uint8Array(256).fill(WINDOW)
  for (const pattern of PATTERNS) {
    for (let at = 0; at < WINDOW; at++) {
      const byte = pattern.charCodeAt(at)
      skip[byte] = Math.min(skip[byte] ?? WINDOW, WINDOW - 1 - at)
    }
  }
  return skip
})()

/** The offset of the next mark's last byte at or after `from`; -1 when there is none. */
export function nextMark(bytes: Uint8Array, from: number): number {
  const length = bytes.length
  for (let at = from + WINDOW - 1; at < length; ) {
    const skip = SKIP[bytes[at] ?? 0] ?? 1
    if (skip !== 0) at += skip
    else if (isMark(bytes, at)) return at
    // Colon and bracket stand nowhere in a pattern but at its end.
    else at += WINDOW
  }
  return -1
}

function isMark(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] === CLOSE_ARRAY) return bytes[at - 1] === CAPITAL_E
  if (bytes[at] !== COLON) return false
  if (bytes[at - 1] !== QUOTE) return false
  const last = bytes[at - 2]
  if (last === E) return firstAfter(bytes, at + 1) === OPEN_OBJECT
  if (bytes[at - 3] !== O || (last !== N && last !== R)) return false
  const value = firstAfter(bytes, at + 1)
  return value === QUOTE || (last === R && value === OPEN_OBJECT)
}

function firstAfter(bytes: Uint8Array, from: number): number | undefined {
  let at = from
  while (bytes[at] === SPACE) at++
  return bytes[at]
}
