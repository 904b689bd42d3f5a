import { afterAll, beforeAll, expect, test } from 'bun:test'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { auditVerdictAnswer } from '../../src/contract/audit.ts'
import { verifyExport } from '../../src/governance/audit/index.ts'
import { type Gateway, startGateway } from './harness.ts'
import { until } from './until.ts'

const SCRIPT = join(import.meta.dir, '..', '..', 'scripts', 'verify-audit.mjs')
const DOCUMENTS = `kind: Model
metadata: {name: echo}
spec: {targets: [{provider: sandbox, model: echo}]}`
const state: { gateway?: Gateway | undefined; posted: string[]; hook?: ReturnType<typeof Bun.serve> } = { posted: [] }
beforeAll(async () => {
  const take = async (request: Request) => {
    state.posted.push(await request.text())
    return new Response(null, { status: 204 })
  }
  state.hook = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: take })
  const environment = { GATEHOUSE_AUDIT_ANCHORS: `http://127.0.0.1:${state.hook.port}/anchor` }
  state.gateway = await startGateway({ documents: DOCUMENTS, environment })
})
afterAll(async () => {
  await state.gateway?.stop()
  await state.hook?.stop(true)
})

function gateway(): Gateway {
  if (!state.gateway) throw new Error('not started')
  return state.gateway
}

async function exported(change: (lines: string[]) => string[] = (lines) => lines) {
  const answer = await gateway().control('GET', '/api/v1/audit/export')
  const lines = (await answer.text()).trimEnd().split('\n')
  const path = join(gateway().dataDir, 'export.ndjson')
  writeFileSync(path, `${change(lines).join('\n')}\n`)
  return { path, key: (JSON.parse(lines[0] ?? '') as { verifier: string }).verifier }
}

function byScript(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync('node', [SCRIPT, ...args], { encoding: 'utf8' })
  return { status, text: stdout + stderr }
}

const swap = (lines: string[], at: number) =>
  lines.map((line, i) => lines[i === at ? at + 1 : i === at + 1 ? at : i] ?? line)
const attacks: readonly (readonly [string, (lines: string[]) => string[], number])[] = [
  ['edited', (lines) => lines.map((line, at) => (at === 3 ? line.replace('"actor":"', '"actor":"x') : line)), 3],
  ['deleted', (lines) => lines.filter((_, at) => at !== 2), 2],
  ['swapped', (lines) => swap(lines, 2), 2],
]

test('an export holds, by the command and by the script that needs nothing but Node', async () => {
  const { path, key } = await exported()
  expect(await verifyExport({ path, verifier: key, anchors: [] })).not.toHaveProperty('fault')
  expect(byScript(path, '--key', key)).toMatchObject({ status: 0, text: expect.stringContaining('hold') })
})

test.each(attacks)('an export with an entry %s names it, by both', async (_, change, sequence) => {
  const { path, key } = await exported(change)
  expect((await verifyExport({ path, verifier: key, anchors: [] })).fault).toMatchObject({ sequence })
  expect(byScript(path, '--key', key)).toMatchObject({ status: 1, text: expect.stringContaining(`ENTRY ${sequence}:`) })
})

test('an export that is cut off, or signed by another key, does not hold', async () => {
  const { path, key } = await exported((lines) => lines.slice(0, -1))
  await expect(verifyExport({ path, verifier: key, anchors: [] })).rejects.toThrow('cut off')
  expect(byScript(path, '--key', key).status).toBe(1)
  const whole = await exported((lines) => lines.filter((_, at) => at !== lines.length - 2))
  const verdict = await verifyExport({ path: whole.path, verifier: key, anchors: [] })
  expect(verdict.fault?.problem).toContain('missing')
  expect(byScript(whole.path, '--key', key).text).toContain('missing')
  const other = 'gatehouse-0000000000000000/default/audit+00000000+AAAA'
  expect((await verifyExport({ path: (await exported()).path, verifier: other, anchors: [] })).fault).toBeDefined()
})

test('after the end the checkpoints of both logs are at the webhook, and every operation is sealed', async () => {
  const { control, post } = gateway()
  const answer = await post('/v1/chat/completions', { model: 'echo', messages: [{ role: 'user', content: 'hi' }] })
  expect(answer.status).toBe(200)
  await answer.text()
  const verdict = await until('the operation to be sealed', async () => {
    await gateway().records()
    const said = await (await control('GET', '/api/v1/audit/verify?log=ledger')).json()
    const read = auditVerdictAnswer.parse(said)
    return (read.operations ?? 0) > 0 && read
  })
  expect(verdict.fault).toBeUndefined()
  const { key } = await exported()

  await state.gateway?.stop()
  state.gateway = undefined
  const logs = state.posted.map((text) => JSON.parse(text) as { log: string; checkpoint: string; verifier: string })
  expect(new Set(logs.map(({ log }) => log))).toEqual(new Set(['default/audit', 'default/ledger']))
  expect(logs.find(({ log }) => log === 'default/audit')?.verifier).toBe(key)
})
