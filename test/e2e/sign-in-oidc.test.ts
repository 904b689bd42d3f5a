import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { methodsAnswer, sessionAnswer } from '../../src/contract/people.ts'
import { freePort } from './free-port.ts'
import { type Gateway, startGateway } from './harness.ts'
import { startOidcProvider, TestBrowser, type TestOidcProvider } from './identity-providers.ts'

const ADMIN = { email: 'root@example.com', password: 'a long enough password' }
const ANN = { sub: 'ann-1', email: 'Ann@Example.com', name: 'Ann Archer', groups: ['okta-claims', 'unknown'] }

let gateway: Gateway
let provider: TestOidcProvider
let publicUrl: string

const documents = (issuer: string) => `kind: Team
metadata: {name: operations}
spec: {}
---
kind: Team
metadata: {name: claims}
spec: {parent: operations, ssoGroups: [okta-claims]}
---
kind: Team
metadata: {name: finance}
spec: {ssoGroups: [okta-finance]}
---
kind: IdentityProvider
metadata: {name: okta}
spec:
  kind: oidc
  label: Okta
  domains: [example.com]
  issuer: ${issuer}
  clientId: gatehouse
  clientSecret: secret://env/OKTA_SECRET
  scopes: [openid, email, profile, groups]
  network: private
---
kind: IdentityProvider
metadata: {name: invited-only}
spec:
  kind: oidc
  domains: [example.com]
  provisioning: invited
  issuer: ${issuer}
  clientId: gatehouse
  clientSecret: secret://env/OKTA_SECRET
  network: private`

beforeAll(async () => {
  const port = await freePort()
  publicUrl = `http://127.0.0.1:${port}`
  provider = await startOidcProvider(`${publicUrl}/api/v1/sign-in/oidc/okta/callback`)
  gateway = await startGateway({
    documents: documents(provider.issuer),
    environment: {
      GATEHOUSE_PORT: String(port),
      GATEHOUSE_PUBLIC_URL: publicUrl,
      GATEHOUSE_ADMIN_EMAIL: ADMIN.email,
      GATEHOUSE_ADMIN_PASSWORD: ADMIN.password,
      OKTA_SECRET: 'the secret of the tests',
    },
  })
})
afterAll(async () => {
  await gateway.stop()
  await provider.stop()
})
beforeEach(() => {
  provider.person = ANN
  provider.declines = false
})

const START = '/api/v1/sign-in/oidc/okta'
const isHome = (url: string) => url.startsWith(`${publicUrl}/`) && !url.includes('/api/')

async function signIn(path = START): Promise<{ readonly browser: TestBrowser; readonly landed: URL }> {
  const browser = new TestBrowser()
  const { url } = await browser.visit(publicUrl + path, isHome)
  return { browser, landed: new URL(url) }
}

async function sessionOf(browser: TestBrowser) {
  const response = await fetch(`${publicUrl}/api/v1/session`, { headers: { cookie: browser.header(publicUrl) } })
  return response.status === 200 ? sessionAnswer.parse(await response.json()) : undefined
}

async function asAdmin(method: string, path: string, body?: unknown): Promise<Response> {
  const signedIn = await fetch(`${publicUrl}/api/v1/session`, { method: 'POST', body: JSON.stringify(ADMIN) })
  const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? ''
  const headers = { cookie, origin: publicUrl, 'x-gatehouse-csrf': '1' }
  return fetch(publicUrl + path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
}

test('the sign-in page is told of the providers', async () => {
  const methods = methodsAnswer.parse(await (await fetch(`${publicUrl}/api/v1/session/methods`)).json())
  expect(methods.providers).toContainEqual({ name: 'okta', kind: 'oidc', label: 'Okta', href: START })
})

test('a login leads from a browser to a session with the teams of the groups', async () => {
  const { browser, landed } = await signIn(`${START}?returnTo=${encodeURIComponent('/console/usage?days=7')}`)
  expect(landed.pathname + landed.search).toBe('/console/usage?days=7')
  const session = await sessionOf(browser)
  expect(session?.user).toMatchObject({ email: 'ann@example.com', name: 'Ann Archer' })
  expect(session?.teams).toEqual(['claims', 'operations'])
  expect(session?.roles).toEqual(['member'])
  const asked = new URL(browser.visited.find((url) => url.startsWith(`${provider.issuer}/auth`)) ?? '')
  expect(Object.fromEntries(asked.searchParams)).toMatchObject({ code_challenge_method: 'S256', response_type: 'code' })
  for (const name of ['state', 'nonce', 'code_challenge'])
    expect(asked.searchParams.get(name)?.length).toBeGreaterThan(40)
})

test('the groups of the last login count, for keys too', async () => {
  const { browser } = await signIn()
  const before = await sessionOf(browser)
  provider.person = { ...ANN, groups: ['okta-finance'] }
  const second = await signIn()
  expect((await sessionOf(second.browser))?.teams).toEqual(['finance'])
  // It is one person: the session of before moves with them.
  expect((await sessionOf(browser))?.teams).toEqual(['finance'])
  expect((await sessionOf(second.browser))?.user.id).toBe(before?.user.id ?? '')
})

test('an address belongs to the account of its subject, and to nobody else that claims it', async () => {
  await signIn()
  // Somebody else at the provider, with an address that nobody verified.
  provider.person = { sub: 'mallory', email: 'root@example.com', emailVerified: false }
  const unverified = await signIn()
  expect(unverified.landed.searchParams.get('signInError')).toBe('access_denied')
  provider.person = { sub: 'mallory', email: 'root@elsewhere.example' }
  expect((await signIn()).landed.searchParams.get('signInError')).toBe('access_denied')
  provider.person = { sub: 'mallory', email: 'root@example.com.elsewhere.example' }
  expect((await signIn()).landed.searchParams.get('signInError')).toBe('access_denied')
  // A changed address does not change who somebody is.
  provider.person = { ...ANN, email: 'other@example.com' }
  expect((await sessionOf((await signIn()).browser))?.user.email).toBe('ann@example.com')
})

test('who was disabled or deleted here does not come back through the provider', async () => {
  provider.person = { sub: 'leaver', email: 'leaver@example.com' }
  const { browser } = await signIn()
  expect(await sessionOf(browser)).toBeDefined()
  await asAdmin('PATCH', '/api/v1/users/leaver@example.com', { disabled: true })
  expect(await sessionOf(browser)).toBeUndefined()
  expect((await signIn()).landed.searchParams.get('signInError')).toBe('access_denied')
  await asAdmin('DELETE', '/api/v1/users/leaver@example.com')
  expect((await signIn()).landed.searchParams.get('signInError')).toBe('access_denied')
})

test('a person who declines, and a state, nonce or browser that is another, end without a session', async () => {
  provider.declines = true
  expect((await signIn()).landed.searchParams.get('signInError')).toBe('access_denied')
  provider.declines = false
  const isCallback = (url: string) => url.includes('/callback')
  const callback = async () => {
    const browser = new TestBrowser()
    const { url } = await browser.visit(publicUrl + START, isCallback)
    return { browser, url: new URL(url) }
  }
  const errorAt = async (browser: TestBrowser, url: URL | string) => {
    const response = await browser.send(String(url))
    const location = new URL(response.headers.get('location') ?? '', publicUrl)
    return [location.searchParams.get('signInError'), browser.cookie(publicUrl, 'gatehouse_session')]
  }
  const failed = ['sign_in_failed', undefined]
  // Another browser: somebody was lured to an address with a code of another person's.
  const first = await callback()
  expect(await errorAt(new TestBrowser(), first.url)).toEqual(failed)
  const second = await callback()
  expect(await errorAt(second.browser, first.url)).toEqual(failed)
  const third = await callback()
  third.url.searchParams.set('state', 'another')
  expect(await errorAt(third.browser, third.url)).toEqual(failed)
  const fourth = await callback()
  fourth.url.searchParams.set('iss', 'https://evil.example')
  expect(await errorAt(fourth.browser, fourth.url)).toEqual(failed)
  // The same answer counts once.
  const fifth = await callback()
  const kept = fifth.browser.header(publicUrl)
  expect((await fifth.browser.send(String(fifth.url))).headers.get('location')).toBe('/')
  const again = await fetch(fifth.url, { headers: { cookie: kept }, redirect: 'manual' })
  expect(again.headers.get('location')).toContain('signInError=sign_in_failed')
})

test('only paths of this gateway are gone back to', async () => {
  for (const path of ['//evil.example', 'https://evil.example', '/\\evil.example', '/%0d%0a', '', '/a b']) {
    const { landed } = await signIn(`${START}?returnTo=${encodeURIComponent(path)}`)
    expect([path, landed.origin, landed.searchParams.has('signInError')]).toEqual([path, publicUrl, false])
  }
})

test('an unknown provider is told on the first page', async () => {
  const { landed } = await signIn('/api/v1/sign-in/oidc/nobody')
  expect(landed.searchParams.get('signInError')).toBe('not_found')
})
