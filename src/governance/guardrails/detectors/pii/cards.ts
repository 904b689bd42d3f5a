import type { Finding } from '../../engine/rule.ts'
import { isOneDigit, luhn } from './checks.ts'
import { contextOf, followsContext, hasContext, IMPERSONAL } from './context.ts'
import { type Group, isEven, standsAlone } from './groups.ts'

/** Ranges of issuers and the lengths that they give (ISO/IEC 7812; Visa, Mastercard, Amex, Discover, JCB, Diners, UnionPay, Mir). */
const COMMON =
  /^(?:4\d{15}|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|6(?:011|4[4-9]\d|5\d\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}|3(?:0[0-5]|[689]\d)\d{11}|62\d{14,17}|220[0-4]\d{12})$/
const RARE =
  /^(?:4\d{12}|4\d{18}|(?:5[06-9]|6\d)\d{10,17}|(?:1800|2131)\d{11}|3[689]\d{14,17}|9\d{15}|(?:60|65|81|82|508)\d{13,14})$/
const CONTEXT = contextOf(
  'card|cards|visa|mastercard|amex|american express|discover|diners|maestro|jcb|unionpay|credit|debit|cc|ccn|pan|payment|cvv|cvc|kreditkarte|kartennummer|karte|carte|bancaire|bleue|tarjeta|crédito|carta|credito|cartão|creditcard|karta|kort|kortti|кредит|карт|信用卡|カード',
)
const GROUPED = /^(?:\d{4}([ -])\d{4}\1\d{4}\1\d{1,4}(?:\1\d{1,3})?|3[0-9]{3}([ -])\d{6}\2\d{4,5})$/

/** A payment card's number in a group of words. */
export function cardIn(text: string, group: Group): Finding | undefined {
  const { compact, digitsOnly, start, end } = group
  if (!digitsOnly || compact.length < 12 || compact.length > 19 || !isEven(group)) return undefined
  if (isOneDigit(compact) || !luhn(compact)) return undefined
  const found = (score: number) => ({ start, end, kind: 'CREDIT_CARD', score })
  const impersonal = followsContext({ text, start, end }, IMPERSONAL)
  if (hasContext({ text, start, end }, CONTEXT)) return found(impersonal ? 0.6 : 0.97)
  if (!standsAlone(text, group)) return undefined
  const grouped = GROUPED.test(text.slice(start, end))
  if (impersonal) return found(grouped ? 0.45 : 0.2)
  const common = COMMON.test(compact)
  if (!common && !RARE.test(compact)) return undefined
  if (!common) return found(grouped && compact.length === 16 ? 0.55 : 0.35)
  return found(grouped ? 0.9 : 0.7)
}
