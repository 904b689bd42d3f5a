import { afterAll, expect, test } from 'bun:test'
import { connect } from 'node:net'
import { startGateway } from './harness.ts'

const gateway = await startGateway({
  documents: `kind: Provider
metadata: {name: rehearsal}
spec: {type: sandbox}
---
kind: Model
metadata: {name: rehearse}
spec: {targets: [{provider: rehearsal, model: sandbox}]}`,
})
afterAll(gateway.stop)

const BODY = '{"model":"rehearse","messages":[{"role":"user","content":"hello"}]}'

/** Sends a head and the beginning of a body, and the rest when told; gives all that comes back. */
function begin(key: string) {
  const { hostname, port } = new URL(gateway.url)
  const socket = connect(Number(port), hostname)
  const head = [
    'POST /v1/chat/completions HTTP/1.1',
    'host: gateway',
    `authorization: Bearer ${key}`,
    'content-type: application/json',
    `content-length: ${BODY.length}`,
  ]
  socket.write(`${head.join('\r\n')}\r\n\r\n${BODY.slice(0, 10)}`)
  const status = new Promise<string>((resolve, reject) => {
    socket.once('data', (bytes) => resolve(String(bytes).split('\r\n')[0] ?? ''))
    socket.once('error', reject)
  })
  return { status, finish: () => socket.write(BODY.slice(10)), end: () => socket.destroy() }
}

test('a stranger is refused before the body has come, and holds no place meanwhile', async () => {
  const stranger = begin('gth_nobody')
  expect(await stranger.status).toContain('401')
  stranger.end()
  const records = await gateway.records()
  expect(records).toMatchObject([{ outcome: 'denied', status: 401 }])
})

test('who is known is answered when the body is whole', async () => {
  const known = begin(gateway.key)
  const early = await Promise.race([known.status, gateway.control('GET', '/api/v1/revisions').then(() => 'waits')])
  expect(early).toBe('waits')
  known.finish()
  expect(await known.status).toContain('200')
  known.end()
})
