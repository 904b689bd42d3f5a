import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { createCatalog } from '../../models/catalog/index.ts'
import { compiler } from '../compile.ts'
import { runTests, type TestResult } from './run-tests.ts'
import { testPolicy } from './test-directory.ts'
import { readTestFile } from './test-file.ts'

const TOOLS = { compile: compiler(createCatalog()), monotonic: () => 0 }
const POLICIES = join(import.meta.dir, '../../../test/policies')

const report = await testPolicy([POLICIES], TOOLS)

describe('the policies of test/policies', () => {
  test('can be read', () => {
    expect(report.problems).toEqual([])
    expect(report.results.length).toBeGreaterThan(30)
  })
  test.each(report.results.map((result) => [`${result.file.split('/').at(-1)}: ${result.name}`, result] as const))(
    '%s',
    (_, { failures }) => expect(failures).toEqual([]),
  )
})

const DOCUMENTS = `documents:
  - {kind: Model, metadata: {name: assistant}, spec: {targets: [{provider: sandbox, model: sandbox}]}}
  - {kind: App, metadata: {name: portal}, spec: {}}
  - {kind: Grant, metadata: {name: portal-may}, spec: {to: ['app:portal'], on: ['model:assistant']}}
`

async function run(tests: string): Promise<readonly TestResult[]> {
  const read = readTestFile('x.test.yaml', `${DOCUMENTS}${tests}`)
  if (read.kind === 'problems') throw new Error(JSON.stringify(read.problems))
  return runTests(read.tests, { documents: read.tests.documents ?? [], problems: [] }, TOOLS)
}

test('a test that expects something else fails, and says what is', async () => {
  const [result] = await run(
    "tests: [{name: no, as: 'app:portal', on: 'model:assistant', expect: {outcome: denied, by: other}}]\n",
  )
  expect(result).toMatchObject({
    line: 5,
    failures: [
      'expected the outcome denied, and it is allowed',
      'expected to be decided by other, and it is portal-may',
    ],
  })
})

test.each([
  [
    'who is not there',
    "{as: 'app:portl', on: 'model:assistant', expect: {outcome: allowed}}",
    'there is no App named portl',
  ],
  [
    'a budget that is not drawn on',
    "{as: 'app:portal', on: 'model:assistant', spent: {b: 1 USD}, expect: {outcome: allowed}}",
    'does not draw on a Budget named b',
  ],
  [
    'a group that no team names',
    "{as: 'user:a', groups: [g], on: 'model:assistant', expect: {outcome: allowed}}",
    'no Team names the group g',
  ],
])('%s fails the test rather than passing it by', async (_, line, says) => {
  const [result] = await run(`tests: [{name: no, ${line.slice(1)}]\n`)
  expect(result?.failures.join('\n')).toContain(says)
})

test('documents that are not valid fail every test over them, and are told', async () => {
  const read = readTestFile(
    'x.test.yaml',
    "documents: [{kind: App, metadata: {name: a}, spec: {tem: x}}]\ntests: [{name: no, as: 'app:a', on: 'model:m', expect: {outcome: denied}}]\n",
  )
  if (read.kind === 'problems') throw new Error('unreadable')
  const [result] = await runTests(read.tests, { documents: read.tests.documents ?? [], problems: [] }, TOOLS)
  expect(result?.failures).toEqual([
    'the documents are not valid',
    'x.test.yaml:1:53: unknown field tem. Did you mean team?',
  ])
})

test.each([
  ['an unknown field', "tests: [{name: x, as: 'app:a', on: 'model:m', expected: {}}]"],
  ['no expectation', "tests: [{name: x, as: 'app:a', on: 'model:m'}]"],
  ['a mistake in YAML', 'tests: ['],
  ['nothing', ''],
  ['no tests', 'tests: []'],
])('%s is a problem with a place, never a passing test', (_, text) => {
  const read = readTestFile('x.test.yaml', text)
  expect(read.kind).toBe('problems')
  expect(read.kind === 'problems' && read.problems[0]).toMatchObject({ file: 'x.test.yaml', line: 1 })
})
