import { describe, expect, test } from 'bun:test'
import { compileCondition, conditionProblem } from './condition.ts'

const FACTS = { tokens: 300, tools: true, stream: false, model: 'assistant' }

describe('the condition of a routing rule', () => {
  test('asks tokens, tools, stream and model of a call', () => {
    expect(compileCondition('request.tokens < 301 && request.tools')(FACTS)).toBe(true)
    expect(compileCondition('request.tokens < 300')(FACTS)).toBe(false)
    expect(compileCondition('!request.stream && request.model.startsWith("assist")')(FACTS)).toBe(true)
  })

  for (const [name, source] of [
    ['a syntax error', 'request.tokens <'],
    ['an unknown field', 'request.tokenz > 1'],
    ['an unknown variable', 'user == "ann"'],
    ['a comparison of unlike types', 'request.tokens > "many"'],
    ['something that is not a yes or no', 'request.tokens + 1'],
    ['an empty text', ''],
    ['more nesting than is allowed', `${'('.repeat(200)}request.tools${')'.repeat(200)}`],
  ] as const) {
    test(`${name} is a problem of one line, found before it can matter`, () => {
      const problem = conditionProblem(source)
      expect(problem).toBeString()
      expect(problem?.length).toBeGreaterThan(0)
      expect(problem).not.toContain('\n')
    })
  }

  test('a valid one is no problem', () => {
    expect(conditionProblem('request.tokens < 300 && !request.tools')).toBeUndefined()
  })

  test('an evaluation that fails counts as no, and throws nothing', () => {
    expect(compileCondition('1 / (request.tokens - request.tokens) > 0')(FACTS)).toBe(false)
    expect(compileCondition('request.tokens > 1')({ ...FACTS, tokens: Number.POSITIVE_INFINITY })).toBe(false)
  })
})
