import { describe, expect, test } from 'bun:test'
import { manualClock } from '../../lib/clock.ts'
import { GatewayError } from '../../lib/errors.ts'
import { seededRandom } from '../../lib/random.ts'
import { targetHealth } from './health.ts'
import { orderTargets, ruleThatHolds } from './order.ts'
import { attemptAt, modelsFrom, modelYaml, planFrom } from './testing.ts'

const FACTS = { tokens: 100, tools: false, stream: false, model: 'm' }

function chooser(yaml: string, ...others: string[]) {
  const plan = planFrom(modelsFrom(yaml, ...others), 'm')
  const clock = manualClock()
  const health = targetHealth(clock)
  const random = seededRandom(42)
  const names = (facts = FACTS) =>
    orderTargets(plan, { health, random, rule: ruleThatHolds(plan, facts) }).map(({ model }) => model)
  const target = (model: string) => {
    const found = plan.targets.find((one) => one.model === model)
    if (!found) throw new Error(model)
    return found
  }
  const settle = (model: string, code?: 'upstream_rate_limited', firstTokenMs?: number) => {
    health.begin(target(model))
    const error = code && new GatewayError(code)
    health.settle([attemptAt(target(model), clock, { error, firstTokenMs })])
  }
  return { names, target, settle, health, clock }
}

describe('the order of targets', () => {
  test('priority is the order of the document', () => {
    expect(chooser(modelYaml('m', ['a', 'b', 'c'])).names()).toEqual(['a', 'b', 'c'])
  })

  test('weights are the odds of the first place, and every place is drawn without putting back', () => {
    const yaml = `kind: Model
metadata: {name: m}
spec:
  strategy: weighted
  targets: [{provider: local, model: a, weight: 70}, {provider: local, model: b, weight: 20}, {provider: local, model: c, weight: 10}, {provider: local, model: z, weight: 0}]
`
    const { names } = chooser(yaml)
    const first: Record<string, number> = {}
    let secondAfterA = 0
    for (let count = 0; count < 20_000; count++) {
      const order = names()
      expect(order.toSorted()).toEqual(['a', 'b', 'c'])
      first[order[0] ?? ''] = (first[order[0] ?? ''] ?? 0) + 1
      if (order[0] === 'a' && order[1] === 'b') secondAfterA++
    }
    expect((first.a ?? 0) / 20_000).toBeCloseTo(0.7, 1)
    expect((first.b ?? 0) / 20_000).toBeCloseTo(0.2, 1)
    expect(secondAfterA / (first.a ?? 1)).toBeCloseTo(2 / 3, 1)
  })

  test('those that cool down come last, in their own order, and never vanish', async () => {
    const { names, settle, clock } = chooser(modelYaml('m', ['a', 'b', 'c']))
    settle('a', 'upstream_rate_limited')
    expect(names()).toEqual(['b', 'c', 'a'])
    settle('b', 'upstream_rate_limited')
    settle('c', 'upstream_rate_limited')
    expect(names()).toEqual(['a', 'b', 'c'])
    await clock.advance(5_000)
    expect(names()).toEqual(['a', 'b', 'c'])
  })

  test('least latency begins with what is not known yet, then the fastest', () => {
    const { names, settle } = chooser(modelYaml('m', ['a', 'b', 'c'], 'strategy: least-latency'))
    settle('a', undefined, 300)
    settle('b', undefined, 100)
    expect(names()).toEqual(['c', 'b', 'a'])
  })

  test('least busy begins with the fewest calls in flight', () => {
    const { names, health, target } = chooser(modelYaml('m', ['a', 'b'], 'strategy: least-busy'))
    health.begin(target('a'))
    expect(names()).toEqual(['b', 'a'])
  })

  test('least cost takes an unknown price to be dearer than any known one', () => {
    const yaml = modelYaml('m', ['unlisted', 'dear', 'cheap'], 'strategy: least-cost')
    expect(chooser(yaml).names()).toEqual(['cheap', 'dear', 'unlisted'])
  })

  test('the first rule that holds chooses; the others of the model stay as a reserve; without one the document counts', () => {
    const rules = `rules: [{when: 'request.tokens < 50', target: b}, {when: 'request.tools', target: elsewhere}]`
    const { names } = chooser(modelYaml('m', ['a', 'b'], rules), modelYaml('elsewhere', ['x', 'y']))
    expect(names({ ...FACTS, tokens: 10, tools: true })).toEqual(['b', 'a'])
    expect(names({ ...FACTS, tools: true })).toEqual(['x', 'y', 'a', 'b'])
    expect(names()).toEqual(['a', 'b'])
  })
})
