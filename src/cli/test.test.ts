import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { manualClock } from '../lib/clock.ts'
import { systemRandom } from '../lib/random.ts'
import { runCli } from './index.ts'
import { testLines } from './test-output.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function run(...argv: readonly string[]) {
  const out: string[] = []
  const err: string[] = []
  const code = await runCli(argv, {
    environment: {},
    clock: manualClock(),
    random: systemRandom,
    egress: () => {
      throw new Error('this needs no network')
    },
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    input: () => Promise.resolve(''),
    ended: () => Promise.resolve(),
  })
  return { code, out: out.join('\n'), err: err.join('\n') }
}

writeFileSync(
  join(folder, 'policy.yaml'),
  `apiVersion: gatehouse/v1
kind: App
metadata: {name: portal}
---
kind: Grant
metadata: {name: portal-may}
spec: {to: ['app:portal'], on: ['model:sandbox']}
`,
)
const PASSING =
  "tests:\n  - {name: may, as: 'app:portal', on: 'model:sandbox', expect: {outcome: allowed, by: portal-may}}\n"
const FAILING = `${PASSING}  - {name: 'a <b> & "c"', as: 'app:portal', on: 'model:sandbox', expect: {outcome: denied}}\n`

test('tests run over the documents of their directory, without a server', async () => {
  writeFileSync(join(folder, 'policy.test.yaml'), PASSING)
  expect(await run('test', folder)).toEqual({ code: 0, out: '1 passed, 0 failed', err: '' })
})

test('a failure is told with its place, in every form, and is exit code 1', async () => {
  writeFileSync(join(folder, 'policy.test.yaml'), FAILING)
  const human = await run('test', folder)
  expect(human.code).toBe(1)
  expect(human.out).toContain('policy.test.yaml:3: a <b> & "c"\n    expected the outcome denied, and it is allowed')
  const tap = await run('test', folder, '--output', 'tap')
  expect([tap.code, tap.out.split('\n').slice(0, 4)]).toEqual([
    1,
    ['TAP version 14', '1..2', 'ok 1 - may', 'not ok 2 - a <b> & "c"'],
  ])
  const junit = await run('test', folder, '--output', 'junit')
  expect(junit.code).toBe(1)
  expect(junit.out).toContain('<testsuites tests="2" failures="1"')
  expect(junit.out).toContain('name="a &lt;b&gt; &amp; &quot;c&quot;"')
})

test('a file with a mistake and a folder without tests do not pass', async () => {
  writeFileSync(join(folder, 'policy.test.yaml'), 'tests: [{name: x}]\n')
  expect((await run('test', folder)).code).toBe(1)
  rmSync(join(folder, 'policy.test.yaml'))
  expect(await run('test', folder)).toMatchObject({ code: 1, err: 'There are no *.test.yaml files here.' })
})

test('what TAP and XML cannot hold is escaped or left out', () => {
  const result = { file: 'f', line: 1, name: 'one # two\nthree \u0001', failures: ['<x>\n"y"'], ms: 1.5 }
  expect(testLines([result], 'tap')[2]).toBe('not ok 1 - one \\# two three \u0001')
  const xml = testLines([result], 'junit').join('\n')
  expect(xml).toContain('name="one # two&#10;three "')
  expect(xml).toContain('<failure message="&lt;x&gt;&#10;&quot;y&quot;">')
})
