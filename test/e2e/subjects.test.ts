import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Gateway, startGateway } from './harness.ts'
import { until } from './until.ts'

const DOCUMENTS = `kind: Model
metadata: {name: echo}
spec: {targets: [{provider: sandbox, model: echo}]}
---
kind: Capture
metadata: {name: all}
spec: {appliesTo: [org], content: full, retain: 10d}`
const state: { gateway?: Gateway } = {}
beforeAll(async () => {
  state.gateway = await startGateway({ documents: DOCUMENTS })
})
afterAll(() => state.gateway?.stop())

function gateway(): Gateway {
  if (!state.gateway) throw new Error('not started')
  return state.gateway
}

const SUBJECT = '/api/v1/subjects/app:tester'
const REASON = { reason: 'asked for by the person' }

async function exported(): Promise<string> {
  const answer = await gateway().control('GET', `${SUBJECT}/export`)
  expect(answer.status).toBe(200)
  return answer.text()
}

test('what is kept of somebody is handed out whole, held against erasure while a hold lasts, and then gone for good', async () => {
  const { post, control } = gateway()
  const asked = { model: 'echo', messages: [{ role: 'user', content: 'my private words' }] }
  const answer = await post('/v1/chat/completions', asked)
  await answer.text()
  const before = await until('the content to be kept', async () => {
    const text = await exported()
    return text.includes('my private words') && text
  })
  expect(before.split('\n')[0]).toBe('{"export":"gatehouse-subject/1","subject":"app:tester"}')
  const laid = await control('POST', '/api/v1/holds', { scope: 'app:tester', reason: 'a lawsuit is pending' })
  expect(laid.status).toBe(201)
  const { id } = (await laid.json()) as { id: string }
  expect((await control('POST', `${SUBJECT}:erase`, REASON)).status).toBe(409)
  expect((await control('DELETE', `/api/v1/holds/${id}`)).status).toBe(204)
  expect((await control('POST', `${SUBJECT}:erase`, { reason: '' })).status).toBe(400)
  const erased = await control('POST', `${SUBJECT}:erase`, REASON)
  expect([erased.status, await erased.json()]).toEqual([200, { subject: 'app:tester', destroyed: true }])
  const after = await exported()
  expect(after).not.toContain('my private words')
  expect(after).toContain('"modelAsked":"echo"')
  expect(after).toContain('"action":"subject.erase"')
  expect(await (await control('GET', '/api/v1/audit/verify?log=ledger')).json()).not.toHaveProperty('fault')
  expect(await (await control('GET', '/api/v1/retention')).json()).toEqual({ operations: 0, contents: 0, holds: 0 })
  expect((await control('POST', '/api/v1/subjects/nobody:erase', REASON)).status).toBe(400)
})
