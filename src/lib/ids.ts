import type { Clock } from './clock.ts'
import type { Random } from './random.ts'

/** What an id may stand for; the prefix is part of the id and never changes. */
export type IdPrefix =
  | 'op'
  | 'req'
  | 'dec'
  | 'key'
  | 'rev'
  | 'job'
  | 'resp'
  | 'msg'
  | 'chatcmpl'
  | 'call'
  | 'hold'
  | 'node'
  | 'usr'
  | 'alr'
  | 'ses'
  | 'grp'
  | 'acr'
  | 'rvw'

/** Makes ids: `<prefix>_<UUIDv7 as 32 hex digits>`; ids made later sort later (RFC 9562 §5.7). */
export type IdMaker = (prefix: IdPrefix) => string

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
const POOL_BYTES = 4_096
const BYTES_PER_ID = 10

/** Makes an {@link IdMaker}. Random bytes are drawn in pools, because one system call an id is what costs. */
export function idMaker(clock: Clock, random: Random): IdMaker {
  let pool: Uint8Array = new Uint8Array(0)
  let position = 0
  let lastMs = -1
  let lastHex = ''
  const hex = (at: number) => HEX[pool[at] ?? 0] ?? '00'
  return (prefix) => {
    if (position + BYTES_PER_ID > pool.length) {
      pool = random.bytes(POOL_BYTES)
      position = 0
    }
    const now = clock.now()
    if (now !== lastMs) {
      lastMs = now
      lastHex = now.toString(16).padStart(12, '0')
    }
    const at = position
    position += BYTES_PER_ID
    const version = HEX[0x70 | ((pool[at] ?? 0) & 0x0f)]
    const variant = HEX[0x80 | ((pool[at + 2] ?? 0) & 0x3f)]
    let tail = ''
    for (let index = 3; index < BYTES_PER_ID; index++) tail += hex(at + index)
    return `${prefix}_${lastHex}${version}${hex(at + 1)}${variant}${tail}`
  }
}

/** When an id was made, epoch milliseconds; 0 for a text that is no id of ours. */
export function instantOfId(id: string): number {
  const [, digits] = /^[a-z]+_([0-9a-f]{12})[0-9a-f]{20}$/.exec(id) ?? []
  return digits === undefined ? 0 : Number.parseInt(digits, 16)
}
