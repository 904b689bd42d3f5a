import { matchAt } from '../../engine/match-at.ts'
import type { Finding } from '../../engine/rule.ts'
import { contextOf, followsContext } from './context.ts'
import type { Numbers } from './words.ts'

const V4 = /(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}(?![\d]|\.\d|-?[A-Za-z_])/y
const VERSION = contextOf(
  'version|versions|build|release|v|ver|semver|rev|revision|section|chapter|§|oid|firmware|driver',
)
const IP_CONTEXT = contextOf(
  'ip|ips|ipv4|address|addresses|host|server|subnet|client|remote|login|adresse|dirección|indirizzo',
)
const V6 =
  /(?<![0-9A-Za-z:.])(?:(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}|(?:[0-9A-Fa-f]{1,4}:){1,7}:|(?:[0-9A-Fa-f]{1,4}:){1,6}(?::[0-9A-Fa-f]{1,4}){1,6}|::(?:[0-9A-Fa-f]{1,4}:){0,6}[0-9A-Fa-f]{1,4})(?:%[0-9A-Za-z]{1,16})?(?![0-9A-Za-z:])/g
const MAC =
  /(?<![0-9A-Za-z:-])(?:[0-9A-Fa-f]{2}(?:([:-])[0-9A-Fa-f]{2})(?:\1[0-9A-Fa-f]{2}){4})(?![0-9A-Za-z]|[:-][0-9A-Fa-f])/g
const MAC_DOTS = /(?<![0-9A-Za-z.])[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}(?![0-9A-Za-z]|\.\d)/y
/** Loopback, no address, every address: they belong to no one. */
const NOBODY = /^(?:127\.|0\.0\.0\.0$|255\.)/
const MOST_GROUPS = 8

/** Addresses of machines: IPv4, IPv6, MAC. Versions (`1.2.3.4`) are none. */
export function addressesIn({ text, words, colons }: Numbers): readonly Finding[] {
  const found: Finding[] = []
  for (const { start, digits, end } of words) {
    if (end - start > 4 || text.charAt(end) !== '.') continue
    const before = text.charAt(start - 1)
    if (/[.\w-]/.test(before) && !/[_-]/.test(before)) continue
    const length = (matchAt(digits ? V4 : MAC_DOTS, text, start) ?? matchAt(MAC_DOTS, text, start))?.[0].length
    if (length === undefined) continue
    const isMac = text.slice(start, start + length).split('.').length === 3
    const score = isMac ? 0.85 : scoreOfV4(text, start, start + length)
    found.push({ start, end: start + length, kind: isMac ? 'MAC_ADDRESS' : 'IP_ADDRESS', score })
  }
  if (colons.length === 0) return found
  return [...found, ...withColons(text)]
}

function scoreOfV4(text: string, start: number, end: number): number {
  const address = text.slice(start, end)
  const place = { text, start, end }
  if (NOBODY.test(address) || followsContext(place, VERSION, 16)) return 0.2
  if (followsContext(place, IP_CONTEXT)) return 0.95
  // Four single digits are more often the number of a section.
  return /^\d\.\d\.\d\.\d$/.test(address) ? 0.4 : 0.8
}

function withColons(text: string): readonly Finding[] {
  const found: Finding[] = []
  for (const { 0: match, index } of text.matchAll(MAC)) {
    found.push({ start: index, end: index + match.length, kind: 'MAC_ADDRESS', score: 0.95 })
  }
  for (const { 0: match, index } of text.matchAll(V6)) {
    const groups = match.split(':').filter((group) => group !== '')
    // `::` alone stands between names in code, and `12::30` is a slip.
    if (groups.length < 3 || groups.length > MOST_GROUPS || !/\d/.test(match)) continue
    found.push({ start: index, end: index + match.length, kind: 'IP_ADDRESS', score: 0.9 })
  }
  return found
}
