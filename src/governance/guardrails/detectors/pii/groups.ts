import type { Numbers, Word } from './words.ts'

/** Neighbouring words that may be one number: `4111 1111-1111 1111`. */
export interface Group {
  readonly start: number
  readonly end: number
  /** Letters in capitals and digits, without what stands between them. */
  readonly compact: string
  /** What stands between its words, in order. */
  readonly signs: readonly string[]
  readonly digitsOnly: boolean
}

const MOST_WORDS = 8
const LONGEST = 36
const BETWEEN = /^(?:[ .\-/\u00a0\u2009\u202f\u2010-\u2015]|\) ?|\)-|\(| - | \()$/

/** Calls back for every run of one and more neighbouring words that begins at a word; longer runs come later. */
export function forEachGroup({ text, words }: Numbers, see: (group: Group) => void): void {
  for (let first = 0; first < words.length; first++) {
    const word = words[first] as Word
    const signs: string[] = []
    let compact = text.slice(word.start, word.end).toUpperCase()
    let digitsOnly = word.digits
    if (compact.length > LONGEST) continue
    see({ start: word.start, end: word.end, compact, signs, digitsOnly })
    for (let next = first + 1; next < words.length && next < first + MOST_WORDS; next++) {
      const before = words[next - 1] as Word
      const after = words[next] as Word
      const sign = after.start - before.end <= 3 ? text.slice(before.end, after.start) : ''
      if (sign === '' || !BETWEEN.test(sign)) break
      compact += text.slice(after.start, after.end).toUpperCase()
      if (compact.length > LONGEST) break
      digitsOnly &&= after.digits
      signs.push(sign)
      see({ start: word.start, end: after.end, compact, signs: signs.slice(), digitsOnly })
    }
  }
}

/** Whether a group stands by itself: it is no part of a longer number, a decimal fraction, a path or a name. */
export function standsAlone(text: string, { start, end }: Pick<Group, 'start' | 'end'>): boolean {
  const before = text.charAt(start - 1)
  if (/[_$€£\\%]/.test(before)) return false
  if (/[.,:/\-+]/.test(before) && /[0-9A-Za-z]/.test(text.charAt(start - 2))) return false
  const after = text.charAt(end)
  if (/[_%$€£]/.test(after)) return false
  return !(/[.,:/-]/.test(after) && /[0-9A-Za-z]/.test(text.charAt(end + 1)))
}

/** Whether all signs between the words are the same, or there are none. */
export function isEven({ signs }: Group): boolean {
  return signs.every((sign) => sign === signs[0])
}
