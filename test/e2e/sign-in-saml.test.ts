import { afterAll, beforeAll, expect, test } from 'bun:test'
import samlp from 'samlp'
import { sessionAnswer } from '../../src/contract/people.ts'
import { IDP_EXAMPLE } from '../../src/governance/sso/signing.fixture.ts'
import { freePort } from './free-port.ts'
import { type Gateway, startGateway } from './harness.ts'
import { TestBrowser } from './identity-providers.ts'

const ISSUER = 'urn:idp.example'
const START = '/api/v1/sign-in/saml/corp'
const DOCUMENTS = `kind: Team
metadata: {name: claims}
spec: {ssoGroups: [okta-claims]}
---
kind: IdentityProvider
metadata: {name: corp}
spec:
  kind: saml
  domains: [example.com]
  issuer: ${ISSUER}
  signInUrl: https://idp.example/sso
  groups: http://schemas.passportjs.com/groups
  certificates:
    - ${JSON.stringify(IDP_EXAMPLE.cert)}`

let gateway: Gateway
let publicUrl: string
beforeAll(async () => {
  const port = await freePort()
  publicUrl = `http://127.0.0.1:${port}`
  const environment = { GATEHOUSE_PORT: String(port), GATEHOUSE_PUBLIC_URL: publicUrl }
  gateway = await startGateway({ documents: DOCUMENTS, environment })
})
afterAll(() => gateway.stop())

type Request = Parameters<Parameters<typeof samlp.parseRequest>[1]>[1]

/** What the provider makes of the request that a browser brings it. */
function parsed(url: string): Promise<Request> {
  const SAMLRequest = new URL(url).searchParams.get('SAMLRequest') ?? ''
  return new Promise((resolve, reject) =>
    samlp.parseRequest({ query: { SAMLRequest } }, (error, request) => (error ? reject(error) : resolve(request))),
  )
}

/** The provider's answer to a request, for Ann. */
function answered(request: Request, signResponse: boolean): Promise<string> {
  const config = {
    ...{ issuer: ISSUER, cert: IDP_EXAMPLE.cert, key: IDP_EXAMPLE.key, signResponse },
    ...{ audience: request.issuer, recipient: request.assertionConsumerServiceURL },
    ...{ destination: request.assertionConsumerServiceURL, inResponseTo: request.id },
    ...{ signatureAlgorithm: 'rsa-sha256', digestAlgorithm: 'sha256' },
  }
  const ann = {
    id: 'ann-7',
    displayName: 'Ann Archer',
    name: { givenName: 'Ann', familyName: 'Archer' },
    emails: [{ value: 'ann@example.com' }],
    groups: ['okta-claims'],
  }
  return new Promise((resolve, reject) =>
    samlp.getSamlResponse(config, ann, (error, xml) => (error ? reject(error) : resolve(xml))),
  )
}

async function post(browser: TestBrowser, consumer: string, xml: string): Promise<URL> {
  const body = new URLSearchParams({ SAMLResponse: Buffer.from(xml).toString('base64'), RelayState: '' })
  const response = await browser.send(consumer, { method: 'POST', body, headers: { origin: 'https://idp.example' } })
  return new URL(response.headers.get('location') ?? '', publicUrl)
}

test.each([false, true])(
  'a login leads from a browser to a session with the right teams (response signed too: %p)',
  async (signed) => {
    const browser = new TestBrowser()
    const sent = await browser.send(`${publicUrl}${START}?returnTo=/console`)
    const request = await parsed(sent.headers.get('location') ?? '')
    expect(request).toMatchObject({
      issuer: publicUrl + START,
      assertionConsumerServiceURL: `${publicUrl}${START}/acs`,
    })
    const xml = await answered(request, signed)
    expect((await post(browser, request.assertionConsumerServiceURL, xml)).pathname).toBe('/console')
    const answer = await fetch(`${publicUrl}/api/v1/session`, { headers: { cookie: browser.header(publicUrl) } })
    const session = sessionAnswer.parse(await answer.json())
    expect(session.user).toMatchObject({ email: 'ann@example.com', name: 'Ann Archer' })
    expect(session.teams).toEqual(['claims'])
    // The same answer brought again, with the cookie of before, is refused.
    const again = new TestBrowser()
    await again.send(`${publicUrl}${START}`)
    expect((await post(again, request.assertionConsumerServiceURL, xml)).searchParams.get('signInError')).toBe(
      'sign_in_failed',
    )
  },
)

test('an answer that nobody here asked for, or brought by another browser, begins no session', async () => {
  const browser = new TestBrowser()
  const sent = await browser.send(`${publicUrl}${START}`)
  const request = await parsed(sent.headers.get('location') ?? '')
  const stranger = new TestBrowser()
  const landed = await post(stranger, request.assertionConsumerServiceURL, await answered(request, false))
  expect(landed.searchParams.get('signInError')).toBe('sign_in_failed')
  expect(stranger.cookie(publicUrl, 'gatehouse_session')).toBeUndefined()
})

test('a provider is configured with the metadata', async () => {
  const response = await fetch(`${publicUrl}${START}/metadata`)
  expect(response.headers.get('content-type')).toBe('application/samlmetadata+xml')
  expect(await response.text()).toContain(`Location="${publicUrl}${START}/acs"`)
})
