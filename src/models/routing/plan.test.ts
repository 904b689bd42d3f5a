import { describe, expect, test } from 'bun:test'
import { documentSet, InvalidDocuments } from '../../platform/documents/index.ts'
import { compilePricing, createCatalog, pricingKind } from '../catalog/index.ts'
import { providerKind } from '../providers/index.ts'
import { modelKind } from './model.kind.ts'
import { compileModels } from './plan.ts'
import { modelsFrom, modelYaml, planFrom } from './testing.ts'

const PROVIDER = `kind: Provider
metadata: {name: openai}
spec: {type: openai, credential: 'secret://env/OPENAI_API_KEY'}
`

function problems(...documents: readonly string[]): string {
  try {
    modelsFrom(...documents)
  } catch (cause) {
    if (cause instanceof InvalidDocuments) return cause.message
    throw cause
  }
  return ''
}

describe('a Model document', () => {
  test('is valid as its example stands', () => {
    const yaml = `${PROVIDER}---\n${modelKind.example}`
    expect(() => documentSet([providerKind, modelKind], yaml)).not.toThrow()
  })

  for (const [wrong, says] of [
    [modelYaml('m', []), 'targets'],
    [modelYaml('m', ['a'], 'strategy: rules'), 'at least one rule'],
    [modelYaml('m', ['a'], 'fallback: {to: [m]}'), 'fall back to itself'],
    [modelYaml('m', ['a'], 'fallback: {to: [nowhere]}'), 'nowhere'],
    [modelYaml('m', ['a'], "rules: [{when: 'request.tokens <', target: a}]"), 'Unexpected token'],
    [modelYaml('m', ['a'], "rules: [{when: 'request.tools', target: b}]"), 'neither a target'],
    [modelYaml('m', ['a'], 'retry: {attempts: 11}'), 'attempts'],
    [modelYaml('m', ['a'], 'retry: {on: [418]}'), 'on'],
    [modelYaml('m', ['a'], 'timeout: {total: forever}'), 'total'],
    [modelYaml('m', ['a'], 'strategie: priority'), 'strategie'],
    ['kind: Model\nmetadata: {name: m}\nspec: {targets: [{provider: nobody, model: a}]}\n', 'nobody'],
    [
      'kind: Model\nmetadata: {name: m}\nspec: {strategy: weighted, targets: [{provider: local, model: a, weight: 0}]}\n',
      'weight',
    ],
  ] as const) {
    test(`with a mistake is refused, saying where: ${says}`, () => {
      expect(problems(wrong)).toContain(says)
    })
  }
})

describe('a plan', () => {
  test('has a default for everything', () => {
    const plan = planFrom(modelsFrom(modelYaml('m', ['a', 'b'])), 'm')
    expect(plan.strategy).toBe('priority')
    expect(plan.attempts).toBe(3)
    expect([...plan.retryOn].sort()).toEqual(['429', '5xx', 'timeout', 'unreachable'])
    expect(plan.fallbackTo).toEqual([])
    expect(plan.timeouts).toEqual({ connectMs: undefined, firstTokenMs: 120_000, idleMs: 120_000, totalMs: 600_000 })
    expect([plan.strict, plan.unpriced]).toEqual([false, 'flag'])
  })

  test('takes units and numbers as they are written', () => {
    const more =
      'retry: {attempts: 2, on: [429, timeout]}, timeout: {firstToken: 10s, idle: 500ms, total: 2m}, strict: true'
    const plan = planFrom(modelsFrom(modelYaml('m', ['a'], more)), 'm')
    expect([...plan.retryOn]).toEqual(['429', 'timeout'])
    expect(plan.timeouts).toMatchObject({ firstTokenMs: 10_000, idleMs: 500, totalMs: 120_000 })
    expect(plan.attempts).toBe(2)
    expect(plan.strict).toBe(true)
  })

  test('follows rules without being told to', () => {
    const plan = planFrom(modelsFrom(modelYaml('m', ['a', 'b'], "rules: [{when: 'request.tools', target: b}]")), 'm')
    expect(plan.strategy).toBe('rules')
    expect(plan.rules[0]?.targets.map(({ model }) => model)).toEqual(['b'])
  })

  test('a Pricing document goes before the public list; an unknown price is absent, never nought; own machines cost nothing', () => {
    const index = modelsFrom(
      modelYaml('m', ['cheap', 'unheard-of']),
      'kind: Model\nmetadata: {name: s}\nspec: {targets: [{provider: sandbox, model: sandbox}]}\n',
    )
    const [cheap, unheard] = planFrom(index, 'm').targets
    expect(cheap?.price?.price.input).toBeGreaterThan(0)
    expect(unheard?.price).toBeUndefined()
    expect(planFrom(index, 's').targets[0]?.price).toEqual({ price: { input: 0, output: 0 }, version: 'free' })
  })

  test('names every credential that providers use, and the models in order', () => {
    const yaml = `${PROVIDER}---\nkind: Model\nmetadata: {name: z}\nspec: {targets: [{provider: openai, model: a}]}\n---\nkind: Model\nmetadata: {name: b}\nspec: {targets: [{provider: openai, model: a}]}\n`
    const documents = documentSet([providerKind, pricingKind, modelKind], yaml)
    const index = compileModels(documents, { catalog: createCatalog(), pricing: compilePricing(documents) })
    expect(index.credentials).toEqual(['secret://env/OPENAI_API_KEY'])
    expect(index.names).toEqual(['b', 'z'])
    expect(index.get('nowhere')).toBeUndefined()
  })
})
