import { matchAt } from '../../engine/match-at.ts'
import type { Finding } from '../../engine/rule.ts'
import type { Numbers } from './words.ts'

const LOCAL = /[\p{L}\p{N}.!#$%&'*+=?^_{|}~-]/u
const LONGEST_LOCAL = 64
const DOMAIN =
  /(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.){1,8}(?:xn--[a-z0-9-]{2,59}|\p{L}{2,24})(?![\p{L}\p{N}_-])/uy
const ADDRESS_LITERAL = /\[(?:\d{1,3}\.){3}\d{1,3}\]/y
/** `logo@2x.png`, `font@1.woff`: names of files, not of people. */
const FILE = /\.(?:png|jpe?g|gif|svg|webp|avif|ico|pdf|css|m?[jt]sx?|map|json|woff2?|ttf|zip|gz|md|html?|lock|ya?ml)$/i
const QUOTED = /"[^"\n]{1,64}"$/

/** E-mail addresses, also with `(at)` and `[dot]` in them. */
export function emailsIn({ text, ats }: Numbers): readonly Finding[] {
  const found: Finding[] = []
  let last = -1
  for (const at of ats) {
    const start = localStart(text, at, last)
    const end = domainEnd(text, at + 1)
    if (start === at || end === undefined) continue
    const address = text.slice(start, end)
    if (FILE.test(address)) continue
    last = end
    // A place where code is kept, not a person.
    const score = /^git@/.test(address) && /[:/]/.test(text.charAt(end)) ? 0.2 : 0.98
    found.push({ start, end, kind: 'EMAIL', score })
  }
  return SPELLED.test(text) ? [...found, ...spelledOut(text)] : found
}

function localStart(text: string, at: number, notBefore: number): number {
  if (text.charAt(at - 1) === '"') {
    const quoted = QUOTED.exec(text.slice(Math.max(0, at - 68), at))
    if (quoted) return at - quoted[0].length
  }
  let start = at
  while (start > 0 && at - start < LONGEST_LOCAL && start > notBefore && LOCAL.test(text.charAt(start - 1))) start--
  // Quotation marks and what stands before a name in code belong to the sentence.
  while (start < at && /['`=&?{|!#.*]/.test(text.charAt(start))) start++
  const assigned = text.slice(start, at).search(/[=&?|{}](?=[^=&?|{}]*$)/)
  return assigned < 0 ? start : start + assigned + 1
}

function domainEnd(text: string, from: number): number | undefined {
  for (const pattern of [DOMAIN, ADDRESS_LITERAL]) {
    const match = matchAt(pattern, text, from)
    if (match) return from + match[0].length
  }
  return undefined
}

/** Whether an address may be spelled out: `(at)`. */
export const SPELLED = /[([{<] ?(?:at|@|ät|arroba|chez) ?[)\]}>]/i
const SPELLED_OUT =
  /[A-Za-z0-9._%+-]{1,64} ?[([{<] ?(?:at|@|ät|arroba|chez) ?[)\]}>] ?[A-Za-z0-9-]{1,63}(?:(?:\.| ?[([{<] ?(?:dot|punkt|point|punto|\.) ?[)\]}>] ?)[A-Za-z0-9-]{1,63}){1,4}/gi

function spelledOut(text: string): readonly Finding[] {
  return [...text.matchAll(SPELLED_OUT)].map(({ 0: match, index }) => ({
    start: index,
    end: index + match.length,
    kind: 'EMAIL',
    score: 0.8,
  }))
}
