import { afterAll, beforeAll, expect, test } from 'bun:test'
import { brandingAnswer } from '../../src/contract/branding.ts'
import { type Gateway, startGateway } from './harness.ts'

let gateway: Gateway
beforeAll(async () => {
  gateway = await startGateway({ documents: '' })
})
afterAll(() => gateway.stop())

test('anybody may see how the product looks, and sees a change at once', async () => {
  const before = await fetch(`${gateway.url}/api/v1/branding`)
  expect(before.status).toBe(200)
  expect(brandingAnswer.parse(await before.json()).name).toBe('Gatehouse')
  const changed = await gateway.control('PUT', '/api/v1/documents/Branding/ours', { spec: { name: 'Aurora AI' } })
  expect(changed.status).toBe(201)
  const after = await fetch(`${gateway.url}/api/v1/branding`)
  expect(brandingAnswer.parse(await after.json()).name).toBe('Aurora AI')
  const again = await fetch(`${gateway.url}/api/v1/branding`, {
    headers: { 'if-none-match': after.headers.get('etag') ?? '' },
  })
  expect(again.status).toBe(304)
})

test('an address that is open for reading is open for nothing else', async () => {
  expect((await fetch(`${gateway.url}/api/v1/branding`, { method: 'POST' })).status).toBe(401)
  expect((await fetch(`${gateway.url}/api/v1/me/branding`)).status).toBe(401)
})

test('colours that cannot be read change nothing', async () => {
  const spec = { colors: { light: { text: '#eeeeee' } } }
  const refused = await gateway.control('PUT', '/api/v1/documents/Branding/ours', { spec })
  expect(refused.status).toBe(422)
  expect(JSON.stringify(await refused.json())).toContain('WCAG AA')
})
