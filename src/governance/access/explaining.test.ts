import { describe, expect, test } from 'bun:test'
import { documentSet } from '../../platform/documents/index.ts'
import { agentKind, appKind, type Caller, teamKind } from '../identity/index.ts'
import {
  compileAccess,
  type DecisionContext,
  decide,
  explain,
  grantKind,
  resourceGroupKind,
  standingOf,
} from './index.ts'

const KINDS = [teamKind, appKind, agentKind, grantKind, resourceGroupKind]
const NOON = Date.parse('2026-06-01T12:00:00Z')

const TEXT = `
kind: Team
metadata: {name: claims}
spec: {managers: ['user:max']}
---
kind: App
metadata: {name: portal}
spec: {team: claims}
---
kind: Grant
metadata: {name: small-calls}
spec: {to: ['team:claims'], on: ['model:assistant'], when: 'request.tokens < 300 && time.hour(now, "UTC") >= 7'}
---
kind: Grant
metadata: {name: until-may}
spec: {to: ['app:portal'], on: ['model:trial'], expires: 2026-06-01T12:00:00Z}
---
kind: Grant
metadata: {name: no-secrets}
spec: {to: [org], effect: deny, on: ['model:secret'], reason: 'Ask the security team.'}
---
kind: Grant
metadata: {name: sales-may}
spec: {to: ['user:sam'], on: ['model:crm']}
`
const index = compileAccess(documentSet(KINDS, TEXT))
const PORTAL: Caller = {
  principal: 'app:portal',
  app: 'portal',
  team: 'claims',
  teams: ['claims'],
  administrator: false,
}

function asked(name: string, context: Partial<DecisionContext> = {}, caller = PORTAL) {
  const request = {
    caller,
    action: 'use',
    resource: { kind: 'model', name },
    context: { nowMs: NOON, ...context },
  } as const
  return { ...explain(index, request), effect: decide(index, request).effect }
}

describe('a grant with an end', () => {
  test('counts up to its instant and not from it on, without a publication', () => {
    expect(asked('trial', { nowMs: NOON - 1 }).effect).toBe('allow')
    expect(asked('trial', { nowMs: NOON }).effect).toBe('deny')
    expect(asked('trial').changes[0]).toContain('its time was over at 2026-06-01T12:00:00.000Z')
  })
})

describe('what an explanation says', () => {
  test('every statement of a condition with the values that it met', () => {
    const { rules, changes } = asked('assistant', { tokens: 500 })
    expect(rules.find(({ rule }) => rule === 'small-calls')?.parts).toEqual([
      {
        expression: 'request.tokens < 300',
        outcome: 'false',
        operands: [{ expression: 'request.tokens', value: '500' }],
      },
      {
        expression: 'time.hour(now, "UTC") >= 7',
        outcome: 'true',
        operands: [{ expression: 'time.hour(now, "UTC")', value: '12' }],
      },
    ])
    expect(changes[0]).toMatch(/small-calls.*does not hold \(request\.tokens is 500\)/)
  })

  test('where the grant stands, who could grant, and what is missing', () => {
    const { changes } = asked('crm')
    expect(changes[0]).toMatch(/sales-may \([^)]+:\d+\).*app:portal would have to be one of those it is for/)
    expect(changes.at(-1)).toContain('user:max could allow it')
  })

  test('a denial that wins is named alone, whatever allows', () => {
    expect(asked('secret').changes).toEqual([expect.stringContaining('no-secrets')])
    expect(asked('secret').decision.reason).toContain('Ask the security team.')
  })

  test('for an agent that acts for somebody, both', () => {
    const sam: Caller = { principal: 'user:sam', user: 'sam', teams: [], administrator: false }
    const { onBehalfOf, decision } = asked('assistant', { tokens: 5 }, { ...PORTAL, onBehalfOf: sam })
    expect(decision).toMatchObject({ effect: 'deny', reason: expect.stringContaining('acts for user:sam') })
    expect(onBehalfOf?.decision.effect).toBe('deny')
  })
})

test('who can tells the grants and the conditions it depends on', () => {
  const standing = (name: string) =>
    standingOf(index, PORTAL, { action: 'use', resource: { kind: 'model', name }, nowMs: NOON - 1 })
  expect(standing('assistant')).toMatchObject({ may: 'sometimes', rules: ['small-calls'] })
  expect(standing('assistant').conditions[0]).toContain('small-calls: request.tokens < 300')
  expect(standing('trial')).toEqual({ may: 'always', rules: ['until-may'], conditions: [] })
  expect(standing('secret').may).toBe('never')
  expect(standing('crm').may).toBe('never')
})
