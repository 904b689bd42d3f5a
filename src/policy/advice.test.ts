import { expect, test } from 'bun:test'
import { createCatalog } from '../models/catalog/index.ts'
import { readYaml, validate } from '../platform/documents/index.ts'
import { adviceOn, priceAdvice } from './advice.ts'
import { compiler } from './compile.ts'
import { POLICY_KINDS } from './kinds.ts'

const NOW = Date.parse('2026-11-27T12:00:00Z')
const BASE = `kind: Provider
metadata: {name: house}
spec: {type: openai-compatible, baseUrl: 'https://models.example.com/v1', credential: 'secret://env/K'}
---
kind: Model
metadata: {name: assistant}
spec: {targets: [{provider: house, model: large}]}
---
kind: App
metadata: {name: portal}
---
`
function setOf(yaml: string) {
  const result = validate(POLICY_KINDS, readYaml({ file: 'p.yaml', text: `${BASE}${yaml}`, owner: 'console' }), {
    apiVersion: 'optional',
  })
  if (!result.valid) throw new Error(JSON.stringify(result.problems))
  return result.documents
}
const told = (yaml: string) =>
  adviceOn(setOf(yaml), NOW).map(({ message, hint }) => `${message}${hint ? ` (${hint})` : ''}`)
const grant = (name: string, spec: string) => `kind: Grant\nmetadata: {name: ${name}}\nspec: ${spec}\n---\n`

test.each([
  [
    'a model that is not there',
    grant('g', "{to: [org], on: ['model:asistant']}"),
    'Grant g: there is no Model named asistant (Did you mean assistant?)',
  ],
  [
    'a limit of a model that is not there',
    "kind: Limit\nmetadata: {name: l}\nspec: {appliesTo: ['model:asistant'], requests: 1/s}\n",
    'Limit l: there is no Model named asistant (Did you mean assistant?)',
  ],
  [
    'a budget of nothing',
    'kind: Budget\nmetadata: {name: b}\nspec: {appliesTo: [org], amount: 0 USD, period: day}\n',
    'Budget b: a budget of nothing lets only free calls pass',
  ],
  [
    'an expired key',
    `kind: Key\nmetadata: {name: k}\nspec: {for: 'app:portal', sha256: ${'a'.repeat(64)}, expires: 2025-01-01}\n`,
    'Key k: it has expired (Delete it, or make a new key.)',
  ],
  [
    'a grant that another denies',
    `${grant('g', "{to: ['app:portal'], on: ['model:assistant']}")}${grant('no', "{to: [org], effect: deny, on: ['*']}")}`,
    'Grant g: it allows nothing: the grant no denies all of it',
  ],
  [
    'a rule below one that always holds',
    "kind: Model\nmetadata: {name: m}\nspec: {targets: [{provider: house, model: large}], rules: [{when: 'true', target: large}, {when: 'request.tools', target: large}]}\n",
    'Model m: the rule for large is never reached',
  ],
])('%s is told', (_, yaml, expected) => expect(told(yaml)).toEqual([expected]))

test('models that fall back to each other are both told', () => {
  const model = (name: string, to: string) =>
    `kind: Model\nmetadata: {name: ${name}}\nspec: {targets: [{provider: house, model: large}], fallback: {to: [${to}]}}\n---\n`
  expect(told(`${model('a', 'b')}${model('b', 'a')}`)).toHaveLength(2)
})

test('what is meant as it stands is not spoken of', () => {
  const night = grant('night', "{to: [org], effect: deny, on: ['*'], when: 'time.hour(now, \"UTC\") < 6'}")
  expect(told(`${grant('g', "{to: ['app:portal'], on: ['model:assistant', 'model:gpt-*']}")}${night}`)).toEqual([])
})

test('a route without a price is told with what comes of it', () => {
  const snapshot = compiler(createCatalog())(setOf(''), { number: 1, publishedAt: 0 })
  expect(priceAdvice(snapshot).map(({ message }) => message)).toEqual([
    'Model assistant: no price is known for house/large; its calls count nothing against budgets',
  ])
})
