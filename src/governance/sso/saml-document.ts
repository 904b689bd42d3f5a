import { GatewayError } from '../../lib/errors.ts'

/** Longest response, bytes. */
export const LONGEST_RESPONSE = 131_072

/** Every algorithm that a response may name: nothing with SHA-1, MD5, HMAC, XPath or XSLT. */
const ALGORITHMS = new Set([
  'http://www.w3.org/2001/10/xml-exc-c14n#',
  'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha384',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
  'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256',
  'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384',
  'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512',
  'http://www.w3.org/2001/04/xmlenc#sha256',
  'http://www.w3.org/2001/04/xmldsig-more#sha384',
  'http://www.w3.org/2001/04/xmlenc#sha512',
])

/** A response as text, and what its outermost element says of itself. */
export interface SamlDocument {
  readonly xml: string
  readonly attributes: ReadonlyMap<string, string>
}

/**
 * Reads a response before any parser of XML sees it: bounded, well-formed base64 and UTF-8, no document type, entity,
 * comment or processing instruction, no algorithm that is not of today, no encryption. Throws `sign_in_failed`.
 */
export function readSamlDocument(base64: string): SamlDocument {
  const xml = decoded(base64)
  const inside = xml.replace(
    /^\uFEFF?\s*<\?xml version=["']1\.0["'](?: encoding=["']utf-8["'])?(?: standalone=["'](?:yes|no)["'])?\s*\?>/i,
    '',
  )
  if (/<[!?]/.test(inside)) throw unacceptable('a document type, comment, CDATA section or processing instruction')
  if (/<(?:[\w.-]+:)?(?:EncryptedAssertion|EncryptedID|EncryptedAttribute)\b/.test(inside))
    throw unacceptable('encryption')
  for (const [, , algorithm = ''] of inside.matchAll(/\bAlgorithm\s*=\s*(["'])(.*?)\1/g)) {
    if (!ALGORITHMS.has(algorithm)) throw unacceptable(`the algorithm ${algorithm}`)
  }
  const [, tag = ''] =
    /^\s*<((?:[\w.-]+:)?Response\b(?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*>/.exec(inside) ?? []
  if (tag === '') throw unacceptable('something else than a Response')
  const attributes = new Map<string, string>()
  for (const [, name = '', double, single] of tag.matchAll(/([\w.:-]+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/g)) {
    attributes.set(name, double ?? single ?? '')
  }
  return { xml, attributes }
}

function decoded(base64: string): string {
  const plain = base64.replace(/\s+/g, '')
  if (plain.length > (LONGEST_RESPONSE * 4) / 3 + 4) throw unacceptable(`more than ${LONGEST_RESPONSE} bytes`)
  if (plain === '' || plain.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(plain)) throw unacceptable('no base64')
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(plain, 'base64'))
  } catch {
    throw unacceptable('no UTF-8')
  }
}

/** The refusal of a response; the person reads one sentence, the log which rule it was. */
export function unacceptable(why: string): GatewayError {
  return new GatewayError('sign_in_failed', {
    message: 'The answer of the identity provider could not be accepted.',
    internalDetail: `SAML: ${why}`,
  })
}
