import type { Finding } from '../../engine/rule.ts'
import { isOneDigit } from './checks.ts'
import { followsContext, hasContext, IMPERSONAL } from './context.ts'
import { type Group, isEven, standsAlone } from './groups.ts'
import { type IdFormat, idFormat } from './id-format.ts'
import { EASTERN_EUROPEAN_IDS } from './ids-eastern-europe.ts'
import { OTHER_IDS } from './ids-elsewhere.ts'
import { EUROPEAN_IDS } from './ids-europe.ts'

/** Every kind of number that states give to people. */
export const ID_FORMATS: readonly IdFormat[] = Object.freeze(
  [...EUROPEAN_IDS, ...EASTERN_EUROPEAN_IDS, ...OTHER_IDS].map(idFormat),
)

/** Named and well-formed; named, but its check digits are wrong: then it is none. */
const NAMED = 0.9
const IMPERSONAL_LOSS = 0.5

/** Finds numbers of these kinds in a group of words. */
export function idsOf(formats: readonly IdFormat[]): (text: string, group: Group) => Finding | undefined {
  const byLength = new Map<number, IdFormat[]>()
  for (const format of formats) {
    for (const length of format.lengths) byLength.set(length, [...(byLength.get(length) ?? []), format])
  }
  return (text, group) => {
    const candidates = byLength.get(group.compact.length)
    if (!candidates) return undefined
    let best: Finding | undefined
    for (const format of candidates) {
      const score = scoreOf(format, text, group)
      if (score > (best?.score ?? 0.1)) best = { start: group.start, end: group.end, kind: format.kind, score }
    }
    return best
  }
}

function scoreOf(format: IdFormat, text: string, group: Group): number {
  const { compact, start, end } = group
  if (!format.shape.test(compact)) return 0
  const raw = text.slice(start, end)
  const written = format.written?.test(raw) ?? false
  if (!written && !(isEven(group) || format.kind === 'FI_HETU')) return 0
  if (format.check && (isOneDigit(compact) || !format.check(format.kind === 'FI_HETU' ? raw.toUpperCase() : compact)))
    return 0
  if (hasContext({ text, start, end }, format.context)) return NAMED
  if (!standsAlone(text, group)) return 0
  const alone = written ? format.alone.written : format.alone.plain
  return followsContext({ text, start, end }, IMPERSONAL) ? alone - IMPERSONAL_LOSS : alone
}
