import { expect, test } from 'bun:test'
import { createCatalog } from '../../models/catalog/index.ts'
import { readYaml, validate } from '../../platform/documents/index.ts'
import { compiler } from '../compile.ts'
import { POLICY_KINDS } from '../kinds.ts'
import { changesBetween, keyOf } from '../plan.ts'
import { effectsOf } from './effects.ts'

const compile = compiler(createCatalog())
const NOW = Date.parse('2026-11-27T10:00:00Z')

function snapshot(yaml: string) {
  const sources = readYaml({ file: 'd.yaml', text: yaml, owner: 'console' })
  const result = validate(POLICY_KINDS, sources, { apiVersion: 'optional' })
  if (!result.valid) throw new Error(JSON.stringify(result.problems))
  return compile(result.documents, { number: 1, publishedAt: 0 })
}

async function effects(before: string, after: string, spent = 0) {
  const [old, now] = [snapshot(`${BASE}${before}`), snapshot(`${BASE}${after}`)]
  const known = new Map(old.documents.documents.map((document) => [keyOf(document), document]))
  const changes = changesBetween(known, now.documents)
  const found = await effectsOf(old, now, {
    changes,
    nowMs: NOW,
    spent: async ({ budgets }, names) =>
      budgets
        .filter(({ name }) => names.includes(name))
        .map(({ name, spec }) => ({ budget: name, value: '', spent, amount: spec.amount })),
  })
  return found.map(({ weight, summary }) => `${weight}: ${summary}`)
}

const KEYS = ['a', 'b', 'c']
  .map(
    (sign) => `kind: Key\nmetadata: {name: key-${sign}}\nspec: {for: 'app:portal', sha256: ${sign.repeat(64)}}\n---\n`,
  )
  .join('')
const BASE = `kind: Provider
metadata: {name: sandbox}
spec: {type: sandbox}
---
kind: Model
metadata: {name: small}
spec: {targets: [{provider: sandbox, model: sandbox}]}
---
kind: Model
metadata: {name: large}
spec: {targets: [{provider: sandbox, model: sandbox}]}
---
kind: Team
metadata: {name: claims}
---
kind: App
metadata: {name: portal}
spec: {team: claims}
---
${KEYS}`

const grant = (on: string, more = '') =>
  `kind: Grant\nmetadata: {name: g}\nspec: {to: ['team:claims'], on: ${on}${more}}\n`

test('a model taken from a grant is told with how many keys and which teams lose it', async () => {
  expect(await effects(grant("['model:small', 'model:large']"), grant("['model:small']"))).toEqual([
    'takes: 3 keys and team:claims lose model large',
  ])
})

test('a grant given to more is told as a gain, and the power to administer apart', async () => {
  expect(await effects('', grant("['model:small']"))).toEqual(['gives: 3 keys and team:claims gain model small'])
  const all = grant("['*']", ', actions: [use, manage]')
  expect(await effects('', all)).toContain('gives: key key-a (app:portal) may administer everything')
})

test('a deny takes what an allow gave; a change without consequence has no effect', async () => {
  const deny = `---\nkind: Grant\nmetadata: {name: no}\nspec: {to: ['app:portal'], effect: deny, on: ['model:small']}\n`
  expect(await effects(grant("['model:*']"), `${grant("['model:*']")}${deny}`)).toEqual([
    'takes: 3 keys lose model small',
  ])
  expect(await effects(grant("['model:small', 'model:large']"), grant("['model:*']"))).toEqual([])
})

test('keys that end or begin are told once, not model by model', async () => {
  const extra = `---\nkind: Key\nmetadata: {name: more}\nspec: {for: 'app:portal', sha256: ${'d'.repeat(64)}, expires: 2027-01-01}\n`
  expect(await effects(grant("['model:*']"), `${grant("['model:*']")}${extra}`)).toEqual([
    'gives: 1 key begins to work: more (app:portal)',
  ])
  expect(
    await effects(`${grant("['model:*']")}${extra}`, `${grant("['model:*']")}${extra.replace('2027', '2025')}`),
  ).toEqual(['takes: 1 key stops working: more (app:portal)'])
})

const guardrail = (spec: string) => `kind: Guardrail\nmetadata: {name: rail}\nspec: {appliesTo: [org], ${spec}}\n`
const CHECKS = 'checks: [{detector: secrets, action: block}, {detector: words, words: [x], action: mask}]'

test.each([
  ['mode: monitor', guardrail(`mode: monitor, ${CHECKS}`), 'mode enforce against monitor'],
  ['a weaker action', guardrail(CHECKS.replace('block', 'flag')), 'secrets: block against flag'],
  ['a check that is gone', guardrail('checks: [{detector: secrets, action: block}]'), 'the check words'],
  ['the whole guardrail', '', 'the whole guardrail'],
  ['fewer people', guardrail(CHECKS).replace('[org]', "['team:claims']"), 'for org'],
])('a guardrail weakened by %s is told as weaker, and the way back as stronger', async (_, weaker, says) => {
  expect(await effects(guardrail(CHECKS), weaker)).toEqual([`weakens: guardrail rail protects less: ${says}`])
  expect(await effects(weaker, guardrail(CHECKS))).toEqual([`strengthens: guardrail rail protects more: ${says}`])
})

test('a limit is told with whom it holds for, a budget also when it is overspent from the start', async () => {
  const limit = (rate: string) =>
    `kind: Limit\nmetadata: {name: rpm}\nspec: {appliesTo: ['team:claims'], requests: ${rate}}\n`
  expect(await effects(limit('60/min'), limit('30/min'))).toEqual([
    'note: limit rpm holds for 3 keys and team:claims: requests 60/min becomes 30/min',
  ])
  const budget =
    "kind: Budget\nmetadata: {name: month}\nspec: {appliesTo: ['team:claims'], amount: 10 USD, period: month}\n"
  expect(await effects('', budget, 12_000_000_000)).toEqual([
    'takes: budget month is overspent from the start: 12 USD of 10 USD',
    'note: budget month holds for 3 keys and team:claims',
  ])
})
