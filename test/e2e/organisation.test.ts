import { afterAll, beforeAll, expect, test } from 'bun:test'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCli } from '../../src/cli/index.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { systemRandom } from '../../src/lib/random.ts'
import { createEgress } from '../../src/platform/egress/index.ts'
import { type Gateway, startGateway } from './harness.ts'

/** The line that lets claims use their expert. */
const CLAIMS = 'to: ["team:claims"], on: ["model:claims-expert"]'

let gateway: Gateway
let folder: string
let directory: string
beforeAll(async () => {
  gateway = await startGateway({ documents: '' })
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-organisation-'))
  directory = join(folder, 'organisation')
  await cp(join(import.meta.dir, '../../examples/organisation'), directory, { recursive: true })
})
afterAll(async () => {
  await gateway.stop()
  await rm(folder, { recursive: true, force: true })
})

async function gatehouse(...argv: readonly string[]) {
  const lines: string[] = []
  const code = await runCli(argv, {
    environment: { GATEHOUSE_URL: gateway.url, GATEHOUSE_TOKEN: gateway.adminKey },
    clock: systemClock,
    random: systemRandom,
    egress: () => createEgress({ clock: systemClock }),
    input: () => Promise.resolve(''),
    out: (line) => lines.push(line),
    err: (line) => lines.push(line),
    ended: () => Promise.resolve(),
  })
  return { code, text: lines.join('\n') }
}

async function edit(file: string, from: string, to: string): Promise<void> {
  const path = join(directory, file)
  const text = await readFile(path, 'utf8')
  if (!text.includes(from)) throw new Error(`${file} does not say ${from}`)
  await writeFile(path, text.replace(from, to))
}

test('an empty gate is governed from a directory alone: planned, applied, and it works', async () => {
  expect((await gatehouse('validate', directory)).code).toBe(0)
  expect((await gatehouse('test', directory)).text).toContain('0 failed')
  const planned = await gatehouse('plan', directory)
  expect(planned.code).toBe(2)
  expect(planned.text).toContain('22 to create, 0 to change, 0 to delete')
  expect(planned.text).toContain('team:claims')
  expect(planned.text).toMatch(/gives .*gains? model claims-expert/)
  const applied = await gatehouse('apply', directory, '--yes', '--reason', 'the organisation begins')
  expect(applied.code).toBe(0)
  const revisions = await gateway.control('GET', '/api/v1/revisions?limit=1')
  expect(JSON.stringify(await revisions.json())).toContain('the organisation begins')
  const key = await gateway.control('POST', '/api/v1/keys', { for: 'app:claims-portal', name: 'claims-portal-1' })
  const { key: token } = (await key.json()) as { readonly key: string }
  // By day the portal may use the expert of its team and never the coder; at night it may nothing, as its grant says.
  const ask = (model: string) =>
    gateway.post('/v1/chat/completions', { model, messages: [{ role: 'user', content: 'hello' }] }, { key: token })
  const hour = Number(
    new Intl.DateTimeFormat('en', { hour: 'numeric', hour12: false, timeZone: 'Europe/Berlin' }).format(),
  )
  expect((await ask('claims-expert')).status).toBe(hour % 24 < 6 ? 403 : 200)
  expect((await ask('coder')).status).toBe(403)
})

test('the same directory again changes nothing', async () => {
  const planned = await gatehouse('plan', directory)
  expect([planned.code, planned.text]).toEqual([0, expect.stringContaining('0 to create, 0 to change, 0 to delete,')])
  expect((await gatehouse('apply', directory, '--yes')).text).toContain('nothing to do')
})

test('one line changed shows exactly its effect', async () => {
  await edit('access.yaml', CLAIMS, CLAIMS.replace('team:claims', 'team:insurance'))
  const { code, text } = await gatehouse('plan', directory)
  expect(code).toBe(2)
  expect(text.split('\n')).toEqual([
    '~ Grant/claims-may-use-their-expert',
    '    spec.to.0: "team:claims" -> "team:insurance"',
    expect.stringMatching(/^0 to create, 1 to change, 0 to delete, \d+ unchanged$/),
    '',
    'effects:',
    '  gives  team:insurance gains model claims-expert',
  ])
})

test('a plan says what it would have done to what was recorded', async () => {
  await edit(
    'access.yaml',
    CLAIMS.replace('team:claims', 'team:insurance'),
    CLAIMS.replace('team:claims', 'team:engineering'),
  )
  const { text } = await gatehouse('plan', directory, '--replay', '1h')
  expect(text).toMatch(/replay: \d+ of \d+ operations/)
  expect((await gatehouse('replay', directory, '--last', '1x')).code).toBe(1)
})

test('policy is published a hundred times under load: no call fails, and each is decided by one revision', async () => {
  const busy = await startGateway({ documents: '' })
  let publishing = true
  const statuses = new Map<number, number>()
  const revisions = new Set<string>()
  const call = async () => {
    while (publishing) {
      const answer = await busy.post('/v1/chat/completions', {
        model: 'sandbox',
        messages: [{ role: 'user', content: 'x' }],
      })
      await answer.text()
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
      revisions.add(answer.headers.get('x-gatehouse-revision') ?? '')
    }
  }
  const callers = Array.from({ length: 4 }, call)
  for (let number = 0; number < 100; number++) {
    const spec = { appliesTo: ['org'], requests: `${1_000_000 + number}/min` }
    const put = await busy.control('PUT', '/api/v1/documents/Limit/load', { spec })
    if (!put.ok) throw new Error(await put.text())
    await put.text()
  }
  publishing = false
  await Promise.all(callers)
  await busy.stop()
  expect([...statuses.keys()]).toEqual([200])
  expect(revisions.size).toBeGreaterThan(10)
}, 120_000)
