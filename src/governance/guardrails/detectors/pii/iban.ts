import type { Finding } from '../../engine/rule.ts'
import { mod97 } from './checks.ts'
import type { Numbers } from './words.ts'

/** Lengths by country (SWIFT's IBAN registry, release 99). */
const LENGTHS: Readonly<Record<string, number>> = {
  AD: 24,
  AE: 23,
  AL: 28,
  AT: 20,
  AZ: 28,
  BA: 20,
  BE: 16,
  BG: 22,
  BH: 22,
  BI: 27,
  BR: 29,
  BY: 28,
  CH: 21,
  CR: 22,
  CY: 28,
  CZ: 24,
  DE: 22,
  DJ: 27,
  DK: 18,
  DO: 28,
  EE: 20,
  EG: 29,
  ES: 24,
  FI: 18,
  FK: 18,
  FO: 18,
  FR: 27,
  GB: 22,
  GE: 22,
  GI: 23,
  GL: 18,
  GR: 27,
  GT: 28,
  HN: 28,
  HR: 21,
  HU: 28,
  IE: 22,
  IL: 23,
  IQ: 23,
  IS: 26,
  IT: 27,
  JO: 30,
  KW: 30,
  KZ: 20,
  LB: 28,
  LC: 32,
  LI: 21,
  LT: 20,
  LU: 20,
  LV: 21,
  LY: 25,
  MC: 27,
  MD: 24,
  ME: 22,
  MK: 19,
  MN: 20,
  MR: 27,
  MT: 31,
  MU: 30,
  NI: 28,
  NL: 18,
  NO: 15,
  OM: 23,
  PK: 24,
  PL: 28,
  PS: 29,
  PT: 25,
  QA: 29,
  RO: 24,
  RS: 22,
  RU: 33,
  SA: 24,
  SC: 31,
  SD: 18,
  SE: 24,
  SI: 19,
  SK: 24,
  SM: 27,
  SO: 23,
  ST: 25,
  SV: 28,
  TL: 23,
  TN: 24,
  TR: 26,
  UA: 29,
  VA: 22,
  VG: 24,
  XK: 20,
  YE: 30,
}
const BEGIN = /^[A-Za-z]{2}\d{2}/
const GAP = /[ \-\u00a0\u2009\u202f.]/

/** International bank account numbers: country, length and check digits must be right. */
export function ibansIn({ text, words }: Numbers): readonly Finding[] {
  const found: Finding[] = []
  for (const { start } of words) {
    const begin = text.slice(start, start + 4)
    if (!BEGIN.test(begin)) continue
    const length = LENGTHS[begin.slice(0, 2).toUpperCase()]
    if (length === undefined) continue
    const read = readCompact(text, start, length)
    if (!read || mod97(read.compact.slice(4) + read.compact.slice(0, 4)) !== 1) continue
    found.push({ start, end: read.end, kind: 'IBAN', score: 1 })
  }
  return found
}

/** `length` letters and digits with single gaps between, and no more of them behind. */
function readCompact(text: string, start: number, length: number) {
  let compact = ''
  let at = start
  for (; compact.length < length && at < text.length; at++) {
    const character = text.charAt(at)
    if (/[0-9A-Za-z]/.test(character)) compact += character
    else if (!GAP.test(character) || !/[0-9A-Za-z]/.test(text.charAt(at + 1))) return undefined
  }
  if (compact.length < length || /[0-9A-Za-z]/.test(text.charAt(at))) return undefined
  return { compact: compact.toUpperCase(), end: at }
}
