import { SignedXml } from 'xml-crypto'
import { IDP_EXAMPLE } from './signing.fixture.ts'

/** What a response of the tests says; the right answer to the request, but for what is given. */
export interface ResponseWish {
  readonly requestId: string
  readonly nowMs: number
  readonly consumer: string
  readonly entityId: string
  readonly issuer: string
  readonly assertionId?: string
  readonly assertionIssuer?: string
  readonly audience?: string
  readonly recipient?: string
  readonly destination?: string
  /** Of the confirmation; the response's own is `responseTo`. */
  readonly inResponseTo?: string
  readonly responseTo?: string
  readonly nameId?: string
  readonly nameIdFormat?: string
  readonly method?: string
  readonly status?: string
  readonly email?: string
  readonly groups?: readonly string[]
  readonly notBeforeMs?: number
  readonly notOnOrAfterMs?: number
  readonly confirmedUntilMs?: number
  readonly version?: string
  /** Changes the assertion before it is signed. */
  readonly assertion?: (xml: string) => string
  readonly signed?: 'assertion' | 'response' | 'both' | 'none'
  readonly signature?: string
  readonly digest?: string
  readonly canonicalization?: string
  readonly key?: string
}

const SAML = 'urn:oasis:names:tc:SAML:2.0'
const MINUTE_MS = 60_000

/** A signed response as XML. */
export function responseXml(wish: ResponseWish): string {
  const signed = wish.signed ?? 'assertion'
  const assertion = assertionXml(wish)
  const inner = signed === 'assertion' || signed === 'both' ? withSignature(assertion, 'Assertion', wish) : assertion
  const response = `<samlp:Response xmlns:samlp="${SAML}:protocol" xmlns:saml="${SAML}:assertion" ID="_response1" Version="2.0" IssueInstant="${at(wish.nowMs)}" Destination="${wish.destination ?? wish.consumer}" InResponseTo="${wish.responseTo ?? wish.requestId}"><saml:Issuer>${wish.issuer}</saml:Issuer><samlp:Status><samlp:StatusCode Value="${wish.status ?? `${SAML}:status:Success`}"/></samlp:Status>${inner}</samlp:Response>`
  return signed === 'response' || signed === 'both' ? withSignature(response, 'Response', wish) : response
}

/** The assertion, unsigned. */
export function assertionXml(wish: ResponseWish): string {
  const { nowMs } = wish
  const until = at(nowMs + (wish.notOnOrAfterMs ?? 5 * MINUTE_MS))
  const confirmedUntil = at(nowMs + (wish.confirmedUntilMs ?? 5 * MINUTE_MS))
  const groups = (wish.groups ?? ['okta-claims'])
    .map((group) => `<saml:AttributeValue>${group}</saml:AttributeValue>`)
    .join('')
  const xml = `<saml:Assertion xmlns:saml="${SAML}:assertion" ID="${wish.assertionId ?? '_assertion1'}" Version="${wish.version ?? '2.0'}" IssueInstant="${at(nowMs)}"><saml:Issuer>${wish.assertionIssuer ?? wish.issuer}</saml:Issuer><saml:Subject><saml:NameID Format="${wish.nameIdFormat ?? `${SAML}:nameid-format:persistent`}">${wish.nameId ?? 'ann-1'}</saml:NameID><saml:SubjectConfirmation Method="${wish.method ?? `${SAML}:cm:bearer`}"><saml:SubjectConfirmationData NotOnOrAfter="${confirmedUntil}" Recipient="${wish.recipient ?? wish.consumer}" InResponseTo="${wish.inResponseTo ?? wish.requestId}"/></saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore="${at(nowMs + (wish.notBeforeMs ?? -MINUTE_MS))}" NotOnOrAfter="${until}"><saml:AudienceRestriction><saml:Audience>${wish.audience ?? wish.entityId}</saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="${at(nowMs)}"><saml:AuthnContext><saml:AuthnContextClassRef>${SAML}:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement><saml:Attribute Name="email"><saml:AttributeValue>${wish.email ?? 'Ann@Example.com'}</saml:AttributeValue></saml:Attribute><saml:Attribute Name="displayName"><saml:AttributeValue>Ann Archer</saml:AttributeValue></saml:Attribute><saml:Attribute Name="groups">${groups}</saml:Attribute></saml:AttributeStatement></saml:Assertion>`
  return wish.assertion ? wish.assertion(xml) : xml
}

/** Signs one element of a document, as its second child. */
export function withSignature(
  xml: string,
  element: 'Assertion' | 'Response',
  wish: Pick<ResponseWish, 'signature' | 'digest' | 'canonicalization' | 'key'>,
): string {
  const signer = new SignedXml({
    privateKey: wish.key ?? IDP_EXAMPLE.key,
    signatureAlgorithm: wish.signature ?? 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    canonicalizationAlgorithm: wish.canonicalization ?? 'http://www.w3.org/2001/10/xml-exc-c14n#',
  })
  const xpath = `//*[local-name(.)='${element}']`
  signer.addReference({
    xpath,
    digestAlgorithm: wish.digest ?? 'http://www.w3.org/2001/04/xmlenc#sha256',
    transforms: ['http://www.w3.org/2000/09/xmldsig#enveloped-signature', 'http://www.w3.org/2001/10/xml-exc-c14n#'],
  })
  signer.computeSignature(xml, { location: { reference: `${xpath}/*[local-name(.)='Issuer']`, action: 'after' } })
  return signer.getSignedXml()
}

function at(ms: number): string {
  return new Date(ms).toISOString()
}
