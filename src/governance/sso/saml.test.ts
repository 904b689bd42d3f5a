import { describe, expect, test } from 'bun:test'
import { generateKeyPairSync } from 'node:crypto'
import { manualClock } from '../../lib/clock.ts'
import { GatewayError } from '../../lib/errors.ts'
import { seededRandom } from '../../lib/random.ts'
import { documentSet } from '../../platform/documents/index.ts'
import { openDatabase } from '../../platform/storage/index.ts'
import { describeEngines, type OpenTestDatabase } from '../../platform/storage/testing.ts'
import { SSO_MIGRATIONS } from './assertions.store.ts'
import { identityProviderKind } from './identity-provider.kind.ts'
import { saml } from './saml.ts'
import { assertionXml, type ResponseWish, responseXml, withSignature } from './saml-response.fixture.ts'
import { IDP_EXAMPLE } from './signing.fixture.ts'

const ISSUER = 'https://idp.example/entity'
const ENTITY = 'https://ai.example.com/api/v1/sign-in/saml/idp'
const ADDRESSES = { entityId: ENTITY, consumer: `${ENTITY}/acs` }
const PROVIDER = documentSet(
  [identityProviderKind],
  JSON.stringify({
    kind: 'IdentityProvider',
    metadata: { name: 'idp' },
    spec: {
      ...{ kind: 'saml', domains: ['example.com'], issuer: ISSUER, signInUrl: 'https://idp.example/sso' },
      certificates: [IDP_EXAMPLE.cert],
    },
  }),
).get(identityProviderKind, 'idp')
if (!PROVIDER) throw new Error('the document is not valid')
const STRANGER = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
})

const memory: OpenTestDatabase = async (migrations = []) => {
  const database = await openDatabase({ url: 'sqlite::memory:', clock: manualClock() })
  await database.migrate(migrations)
  return database
}

async function party(open: OpenTestDatabase = memory) {
  // The library looks at the machine's own clock.
  const clock = manualClock(Math.round(performance.timeOrigin + performance.now()))
  const database = await open(SSO_MIGRATIONS)
  const service = saml({ tables: database, clock, random: seededRandom(1) })
  const { secrets } = await service.begin(provider(), ADDRESSES)
  const wish = (more: Partial<ResponseWish> = {}): ResponseWish => ({
    ...{ requestId: secrets.requestId ?? '', nowMs: clock.now(), issuer: ISSUER, ...ADDRESSES },
    ...more,
  })
  const finish = (xml: string, kept = secrets) =>
    service.finish(provider(), ADDRESSES, { response: Buffer.from(xml).toString('base64'), secrets: kept })
  const refusal = async (xml: string, kept = secrets) => {
    try {
      const person = await finish(xml, kept)
      return `accepted ${person.subject}`
    } catch (cause) {
      return cause instanceof GatewayError && cause.code === 'sign_in_failed' ? 'refused' : String(cause)
    }
  }
  return { service, wish, finish, refusal, secrets }
}

function provider() {
  if (!PROVIDER) throw new Error('no provider')
  return PROVIDER
}

describe('SAML', () => {
  test.each(['assertion', 'response', 'both'] as const)(
    'an answer with a signature on the %s is taken',
    async (signed) => {
      const { finish, wish } = await party()
      expect(await finish(responseXml(wish({ signed })))).toEqual({
        ...{ provider: 'idp', protocol: 'saml', issuer: ISSUER, subject: 'ann-1' },
        ...{ email: 'Ann@Example.com', name: 'Ann Archer', groups: ['okta-claims'], mayJoin: true },
      })
    },
  )

  test('the request names us, our address, and the id that the answer must name', async () => {
    const { service } = await party()
    const { url, secrets } = await service.begin(provider(), ADDRESSES)
    const request = Bun.inflateSync(Buffer.from(new URL(url).searchParams.get('SAMLRequest') ?? '', 'base64'))
    const xml = Buffer.from(request).toString()
    for (const part of [`ID="${secrets.requestId}"`, ENTITY, ADDRESSES.consumer, 'https://idp.example/sso']) {
      expect(xml).toContain(part)
    }
  })

  test('an address of another domain is not believed, and several groups are all taken', async () => {
    const { finish, wish } = await party()
    const person = await finish(responseXml(wish({ email: 'root@elsewhere.example', groups: ['a', 'b'] })))
    expect([person.email, person.groups]).toEqual([undefined, ['a', 'b']])
  })

  test('the first sentence of a refusal says nothing of the rule', async () => {
    const { finish, wish } = await party()
    const failure = await finish(responseXml(wish({ signed: 'none' }))).catch((cause: unknown) => cause)
    expect(failure).toMatchObject({ publicMessage: 'The answer of the identity provider could not be accepted.' })
    expect((failure as GatewayError).internalDetail).toContain('SAML: ')
  })
})

const evilAssertion = (wish: ResponseWish, id = '_evil') =>
  assertionXml({ ...wish, assertionId: id, nameId: 'root', email: 'root@example.com' })
const partOf = (xml: string, name: string) =>
  new RegExp(`<(?:\\w+:)?${name}\\b[\\s\\S]*</(?:\\w+:)?${name}>`).exec(xml)?.[0] ?? ''
const day = 86_400_000

/** Each builds something that must be refused; `right` is the answer that would be taken. */
const ATTACKS: Readonly<Record<string, (wish: (more?: Partial<ResponseWish>) => ResponseWish) => string>> = {
  'no signature': (wish) => responseXml(wish({ signed: 'none' })),
  'a signature by another key': (wish) => responseXml(wish({ key: String(STRANGER) })),
  'a changed NameID': (wish) => responseXml(wish()).replace('>ann-1<', '>root<'),
  'a changed attribute': (wish) => responseXml(wish()).replace('Ann@Example.com', 'root@example.com'),
  'a changed attribute under a signed response': (wish) =>
    responseXml(wish({ signed: 'response' })).replace('okta-claims', 'okta-admins'),
  'an emptied signature': (wish) => responseXml(wish()).replace(/<(\w+:)?SignatureValue>[^<]*</, '<$1SignatureValue><'),
  'a signature that is taken away': (wish) => {
    const xml = responseXml(wish())
    return xml.replace(partOf(xml, 'Signature'), '')
  },
  'a signature with SHA-1': (wish) => responseXml(wish({ signature: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1' })),
  'a digest with SHA-1': (wish) => responseXml(wish({ digest: 'http://www.w3.org/2000/09/xmldsig#sha1' })),
  'a signature by HMAC with the certificate as key': (wish) =>
    responseXml(wish()).replace(/xmldsig-more#rsa-sha256/, 'xmldsig#hmac-sha1'),
  'canonicalisation with comments': (wish) =>
    responseXml(wish({ canonicalization: 'http://www.w3.org/2001/10/xml-exc-c14n#WithComments' })),
  'an XSLT transform': (wish) => responseXml(wish()).replace('xmldsig#enveloped-signature', 'REC-xslt-19991116'),
  'another issuer of the assertion': (wish) => responseXml(wish({ assertionIssuer: 'https://evil.example' })),
  'another audience': (wish) => responseXml(wish({ audience: 'https://other.example' })),
  'no audience': (wish) =>
    responseXml(
      wish({ assertion: (xml) => xml.replace(/<saml:AudienceRestriction>.*<\/saml:AudienceRestriction>/, '') }),
    ),
  'a second restriction for others': (wish) =>
    responseXml(
      wish({
        assertion: (xml) =>
          xml.replace(
            '</saml:Conditions>',
            '<saml:AudienceRestriction><saml:Audience>x</saml:Audience></saml:AudienceRestriction></saml:Conditions>',
          ),
      }),
    ),
  'another recipient': (wish) => responseXml(wish({ recipient: 'https://other.example/acs' })),
  'another destination': (wish) => responseXml(wish({ destination: 'https://other.example/acs' })),
  'a response to another request': (wish) => responseXml(wish({ responseTo: '_another' })),
  'a confirmation for another request': (wish) => responseXml(wish({ inResponseTo: '_another' })),
  'a response to no request (begun at the provider)': (wish) =>
    responseXml(wish()).replace(/ InResponseTo="[^"]*"><saml:Issuer/, '><saml:Issuer'),
  'a confirmation without a request': (wish) =>
    responseXml(wish({ assertion: (xml) => xml.replace(/ InResponseTo="[^"]*"/, '') })),
  'a confirmation without an end': (wish) =>
    responseXml(wish({ assertion: (xml) => xml.replace(/(SubjectConfirmationData) NotOnOrAfter="[^"]*"/, '$1') })),
  'a confirmation that has ended': (wish) => responseXml(wish({ confirmedUntilMs: -2 * 60_000 })),
  'a confirmation with a beginning': (wish) =>
    responseXml(
      wish({
        assertion: (xml) =>
          xml.replace('SubjectConfirmationData ', 'SubjectConfirmationData NotBefore="2020-01-01T00:00:00Z" '),
      }),
    ),
  'a holder-of-key confirmation': (wish) =>
    responseXml(wish({ method: 'urn:oasis:names:tc:SAML:2.0:cm:holder-of-key' })),
  'conditions that have ended': (wish) => responseXml(wish({ notOnOrAfterMs: -day })),
  'conditions that have not begun': (wish) => responseXml(wish({ notBeforeMs: day })),
  'a time that is none': (wish) =>
    responseXml(
      wish({ assertion: (xml) => xml.replace(/(Conditions NotBefore="[^"]*" NotOnOrAfter=")[^"]*/, '$1tomorrow') }),
    ),
  'no statement of a sign-in': (wish) =>
    responseXml(wish({ assertion: (xml) => xml.replace(/<saml:AuthnStatement.*<\/saml:AuthnStatement>/, '') })),
  'no subject': (wish) =>
    responseXml(wish({ assertion: (xml) => xml.replace(/<saml:Subject>.*<\/saml:Subject>/, '') })),
  'a transient name': (wish) =>
    responseXml(wish({ nameIdFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient' })),
  'an empty name': (wish) => responseXml(wish({ nameId: '' })),
  'another version': (wish) => responseXml(wish({ version: '1.1' })),
  'a failed status': (wish) => responseXml(wish({ status: 'urn:oasis:names:tc:SAML:2.0:status:Requester' })),
  'two assertions': (wish) =>
    responseXml(wish()).replace('</samlp:Response>', `${evilAssertion(wish())}</samlp:Response>`),
  'wrapping: the evil assertion first, the signed one after it': (wish) => {
    const xml = responseXml(wish())
    return xml.replace('<saml:Assertion', `${evilAssertion(wish())}<saml:Assertion`)
  },
  'wrapping: the signed assertion inside the evil one': (wish) => {
    const xml = responseXml(wish())
    const good = partOf(xml, 'Assertion')
    return xml.replace(good, evilAssertion(wish()).replace('</saml:Assertion>', `${good}</saml:Assertion>`))
  },
  'wrapping: the signed assertion inside the evil one’s signature': (wish) => {
    const xml = responseXml(wish())
    const good = partOf(xml, 'Assertion')
    const signature = partOf(good, 'Signature')
    const inside = good.replace(signature, '')
    const wrapped = signature.replace(/<\/(\w+:)?Signature>$/, `<Object>${inside}</Object>$&`)
    return xml.replace(good, evilAssertion(wish()).replace('</saml:Issuer>', `</saml:Issuer>${wrapped}`))
  },
  'wrapping: the evil assertion with the same ID': (wish) => {
    const xml = responseXml(wish())
    const good = partOf(xml, 'Assertion')
    const evil = evilAssertion(wish(), '_assertion1').replace(
      '</saml:Issuer>',
      `</saml:Issuer>${partOf(good, 'Signature')}`,
    )
    return xml.replace(good, `${evil}<samlp:Extensions>${good}</samlp:Extensions>`)
  },
  'wrapping: the signed response inside an evil one': (wish) => {
    const good = responseXml(wish({ signed: 'response' }))
    const evil = responseXml(wish({ signed: 'none' }))
      .replace('_response1', '_evil')
      .replace('>ann-1<', '>root<')
    return evil.replace('<saml:Assertion', `<samlp:Extensions>${good}</samlp:Extensions><saml:Assertion`)
  },
  'two signatures on one element': (wish) => {
    const xml = responseXml(wish())
    const signature = partOf(xml, 'Signature')
    return xml.replace(signature, signature + signature)
  },
  'a signature over another element': (wish) => {
    const xml = responseXml(wish({ signed: 'none' }))
    return withSignature(xml.replace('<samlp:Status>', '<samlp:Status ID="_status">'), 'Response', {}).replace(
      'URI="#_response1"',
      'URI="#_status"',
    )
  },
  'a reference to the whole document': (wish) => responseXml(wish()).replace('URI="#_assertion1"', 'URI=""'),
  'a comment that cuts the name': (wish) => responseXml(wish({ nameId: 'ann-1<!---->.evil.example' })),
  'a document type': (wish) => `<!DOCTYPE r [<!ENTITY x "y">]>${responseXml(wish())}`,
  'an external entity': (wish) =>
    `<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>${responseXml(wish({ signed: 'none' })).replace('>ann-1<', '>&x;<')}`,
  'a processing instruction': (wish) => `<?xml-stylesheet href="x"?>${responseXml(wish())}`,
  'a CDATA section': (wish) => responseXml(wish({ nameId: '<![CDATA[root]]>' })),
  'an encrypted assertion': (wish) =>
    responseXml(wish({ signed: 'none' })).replace(/<saml:Assertion.*<\/saml:Assertion>/, '<saml:EncryptedAssertion/>'),
  'more than 128 KiB': (wish) => responseXml(wish({ groups: ['x'.repeat(140_000)] })),
  'no response at all': () => '<html>hello</html>',
  'a logout response': () =>
    '<samlp:LogoutResponse xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0"/>',
}

describe(`SAML, ${Object.keys(ATTACKS).length} attacks`, () => {
  test.each(Object.keys(ATTACKS))('%s is refused', async (name) => {
    const { wish, refusal } = await party()
    const attack = ATTACKS[name]
    if (!attack) throw new Error('no such attack')
    expect(await refusal(responseXml(wish()).replace('_never', ''), { requestId: '_another' })).toBe('refused')
    expect(await refusal(attack(wish))).toBe('refused')
    // The same as it should be is taken: it was the attack that was refused.
    expect(await refusal(responseXml(wish()))).toBe('accepted ann-1')
  })

  test('what is no base64 and no UTF-8 is refused', async () => {
    const { service, secrets } = await party()
    for (const response of ['', '%%%%', 'abc', '/////w==', 'PHg+\u0000']) {
      const failure = await service
        .finish(provider(), ADDRESSES, { response, secrets })
        .catch((cause: unknown) => cause)
      expect([response, (failure as GatewayError).code]).toEqual([response, 'sign_in_failed'])
    }
  })
})

describeEngines('SAML, used assertions', (open) => {
  test('an assertion is taken once, whoever brings it again', async () => {
    const { wish, refusal } = await party(open)
    const xml = responseXml(wish())
    expect(await refusal(xml)).toBe('accepted ann-1')
    expect(await refusal(xml)).toBe('refused')
    expect(await refusal(responseXml(wish({ assertionId: '_assertion2' })))).toBe('accepted ann-1')
  })
})
