import type { SamlDocument } from './saml-document.ts'
import { unacceptable } from './saml-document.ts'

/** What a response must say to be the answer to one request of ours. */
export interface Expected {
  /** The provider's entity id. */
  readonly issuer: string
  /** Our entity id. */
  readonly audience: string
  /** Our address that responses come to. */
  readonly recipient: string
  readonly requestId: string
  /** Epoch milliseconds. */
  readonly nowMs: number
}

/** What a checked assertion says. */
export interface CheckedAssertion {
  readonly id: string
  readonly subject: string
  readonly subjectFormat: string
  /** Until when it may be used, epoch milliseconds. */
  readonly expiresAt: number
}

type Element = Readonly<Record<string, unknown>>

const BEARER = 'urn:oasis:names:tc:SAML:2.0:cm:bearer'
const TRANSIENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient'
const SUCCESS = 'urn:oasis:names:tc:SAML:2.0:status:Success'
const SKEW_MS = 60_000
/** However long the provider says: nobody needs longer to be sent back. */
const LONGEST_LIFE_MS = 3_600_000

/** Checks the outermost element, which need not be signed: what it says must fit all the same. Throws `sign_in_failed`. */
export function checkResponse({ attributes }: SamlDocument, { recipient, requestId }: Expected): void {
  if (attributes.get('Version') !== '2.0') throw unacceptable('another version than 2.0')
  // IdP-initiated responses answer nothing, and so nobody here asked for them.
  if (attributes.get('InResponseTo') !== requestId) throw unacceptable('a response to another request')
  const destination = attributes.get('Destination')
  if (destination !== undefined && destination !== recipient) throw unacceptable('another Destination')
}

/**
 * Checks an assertion whose signature holds, given as the signed text alone was parsed (SAML Core §2, Profiles §4.1.4.2):
 * issuer, audience, recipient, request, times, subject. Throws `sign_in_failed`.
 */
export function checkAssertion(assertion: Element, expected: Expected): CheckedAssertion {
  const { nowMs } = expected
  const own = attributesOf(assertion)
  if (own.Version !== '2.0' || !own.ID) throw unacceptable('an assertion without version or ID')
  if (textOf(only(assertion, 'Issuer')) !== expected.issuer) throw unacceptable('another Issuer')
  const conditions = only(assertion, 'Conditions')
  checkTimes(attributesOf(conditions), nowMs)
  const restrictions = elements(conditions, 'AudienceRestriction')
  const named = restrictions.map((restriction) => elements(restriction, 'Audience').map(textOf))
  // Each restriction must name us (SAML Core §2.5.1.4), and there must be one.
  if (named.length === 0 || named.some((audiences) => !audiences.includes(expected.audience))) {
    throw unacceptable('another Audience')
  }
  if (elements(assertion, 'AuthnStatement').length === 0) throw unacceptable('no AuthnStatement')
  const subject = only(assertion, 'Subject')
  const confirmed = elements(subject, 'SubjectConfirmation').map((one) => confirmedUntil(one, expected))
  const expiresAt = Math.max(...confirmed.filter((until) => until !== undefined))
  if (!Number.isFinite(expiresAt)) throw unacceptable('no confirmation of the subject for this request and address')
  const name = only(subject, 'NameID')
  const format = attributesOf(name).Format ?? ''
  if (format === TRANSIENT) throw unacceptable('a transient NameID, by which nobody is known again')
  const id = textOf(name)
  if (id === '' || id.length > 512) throw unacceptable('no NameID')
  return { id: own.ID, subject: id, subjectFormat: format, expiresAt }
}

/** Until when a bearer confirmation holds; undefined when it is not for us, this request and this moment. */
function confirmedUntil(confirmation: Element, expected: Expected): number | undefined {
  if (attributesOf(confirmation).Method !== BEARER) return undefined
  const [detail] = elements(confirmation, 'SubjectConfirmationData')
  if (!detail) return undefined
  const { Recipient, InResponseTo, NotBefore, NotOnOrAfter } = attributesOf(detail)
  if (Recipient !== expected.recipient || InResponseTo !== expected.requestId) return undefined
  // A bearer assertion must not say from when, and must say until when (Profiles §4.1.4.2).
  const until = instantOf(NotOnOrAfter)
  if (NotBefore !== undefined || until === undefined || expected.nowMs >= until + SKEW_MS) return undefined
  return Math.min(until, expected.nowMs + LONGEST_LIFE_MS) + SKEW_MS
}

function checkTimes({ NotBefore, NotOnOrAfter }: Attributes, nowMs: number): void {
  const [from, until] = [instantOf(NotBefore), instantOf(NotOnOrAfter)]
  if (NotBefore !== undefined && (from === undefined || nowMs + SKEW_MS < from)) throw unacceptable('not yet valid')
  if (NotOnOrAfter !== undefined && (until === undefined || nowMs >= until + SKEW_MS))
    throw unacceptable('no longer valid')
}

/** Whether a response says that all went well. */
export function isSuccess(xml: string): boolean {
  const codes = [...xml.matchAll(/<(?:[\w.-]+:)?StatusCode\b[^>]*?\bValue\s*=\s*["']([^"']*)["']/g)]
  return codes.length === 1 && codes[0]?.[1] === SUCCESS
}

type Attributes = Readonly<Record<string, string | undefined>>

function attributesOf(element: Element): Attributes {
  return Object(element.$) as Attributes
}

function elements(element: Element, name: string): readonly Element[] {
  const found = element[name]
  const list: readonly unknown[] = Array.isArray(found) ? found : []
  // An element with nothing but text is given as that text.
  return list.map((one) => (typeof one === 'string' ? { _: one } : (Object(one) as Element)))
}

function only(element: Element, name: string): Element {
  const [first, ...more] = elements(element, name)
  if (first && more.length === 0) return first
  throw unacceptable(`${more.length > 0 ? 'several' : 'no'} ${name}`)
}

function textOf(element: Element): string {
  return typeof element._ === 'string' ? element._.trim() : ''
}

function instantOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/.test(text)) return undefined
  const instant = Date.parse(text)
  return Number.isFinite(instant) ? instant : undefined
}
