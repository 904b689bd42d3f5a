import { describe, expect, test } from 'bun:test'
import { z } from 'zod'
import { defineKind, documentSet } from '../../platform/documents/index.ts'
import { appKind, type Caller, teamKind } from '../identity/index.ts'
import {
  type Action,
  administers,
  compileAccess,
  conditionProblem,
  decide,
  explain,
  globMatcher,
  grantKind,
  resourceGroupKind,
} from './index.ts'

const anything = defineKind({ kind: 'Model', summary: 'For the test.', schema: z.strictObject({}), example: '' })
const KINDS = [teamKind, appKind, grantKind, resourceGroupKind, anything]
const NOON = Date.parse('2026-06-01T12:00:00Z')

const PORTAL: Caller = {
  principal: 'app:portal',
  app: 'portal',
  key: 'portal-key',
  team: 'claims',
  teams: ['claims', 'operations'],
  administrator: false,
}
const BASE = `
kind: Team
metadata: {name: operations}
spec: {managers: ['user:olga']}
---
kind: Team
metadata: {name: claims}
spec: {parent: operations, managers: ['user:ann']}
---
kind: App
metadata: {name: portal}
spec: {team: claims}
---
kind: Model
metadata: {name: assistant, labels: {data: internal}}
spec: {}
---
kind: Model
metadata: {name: gpt-x, labels: {data: public}}
spec: {}
`
const grant = (name: string, spec: string) => `---\nkind: Grant\nmetadata: {name: ${name}}\nspec: ${spec}\n`
const compiled = (...grants: readonly string[]) => compileAccess(documentSet(KINDS, BASE + grants.join('')))
const ask = (name: string, action: Action = 'use', caller = PORTAL) => ({
  caller,
  action,
  resource: { kind: 'model', name },
  context: { nowMs: NOON },
})

describe('decide', () => {
  test('what no grant allows is denied, with a sentence and the people who could grant it', () => {
    expect(decide(compiled(), ask('assistant'))).toEqual({
      effect: 'deny',
      rules: [],
      reason: 'No grant lets app:portal use model:assistant.',
      grantedBy: 'user:ann',
    })
  })

  test('a grant to a team above reaches the app, and a grant that denies wins with its reason', () => {
    const wide = grant('wide', "{to: ['team:operations'], on: ['model:*']}")
    expect(decide(compiled(wide), ask('assistant'))).toMatchObject({ effect: 'allow', rules: ['wide'] })
    const no = grant('no-x', "{to: [org], effect: deny, on: ['model:gpt-*'], reason: Not approved yet.}")
    const both = compiled(wide, no)
    expect(decide(both, ask('assistant')).effect).toBe('allow')
    expect(decide(both, ask('gpt-x'))).toMatchObject({ effect: 'deny', rules: ['no-x'], grantedBy: 'an administrator' })
    expect(decide(both, ask('gpt-x')).reason).toContain('Not approved yet.')
  })

  test('an action that is not named is not granted', () => {
    const index = compiled(grant('use', "{to: [org], actions: [use], on: ['*']}"))
    for (const action of ['read', 'write', 'manage', 'approve', 'reveal', 'export'] as const) {
      expect(decide(index, ask('assistant', action)).effect).toBe('deny')
    }
  })

  test('a group stands for the documents that its labels choose', () => {
    const group = `---\nkind: ResourceGroup\nmetadata: {name: inside}\nspec: {select: [{kind: Model, labels: {data: internal}}]}\n`
    const index = compiled(group, grant('g', "{to: [org], on: ['group:inside']}"))
    expect(decide(index, ask('assistant')).effect).toBe('allow')
    expect(decide(index, ask('gpt-x')).effect).toBe('deny')
  })

  test('a narrowed key reaches only what it is narrowed to', () => {
    const index = compiled(grant('all', "{to: [org], on: ['*']}"))
    const caller = { ...PORTAL, narrowTo: ['model:gpt-*'] }
    expect(decide(index, ask('gpt-x', 'use', caller)).effect).toBe('allow')
    expect(decide(index, ask('assistant', 'use', caller))).toMatchObject({ effect: 'deny', rules: [] })
    expect(decide(index, ask('assistant', 'use', caller)).reason).toContain('narrowed')
  })

  test('a grant in monitor mode decides nothing and says what it would have done', () => {
    const all = grant('all', "{to: [org], on: ['*']}")
    const trial = grant('trial', "{to: [org], effect: deny, on: ['model:gpt-*'], mode: monitor}")
    const index = compiled(all, trial)
    expect(decide(index, ask('gpt-x'))).toMatchObject({ effect: 'allow', wouldHave: ['trial: deny'] })
    expect(decide(index, ask('assistant')).wouldHave).toBeUndefined()
    const off = compiled(all, trial.replace('mode: monitor', 'mode: off'))
    expect(decide(off, ask('gpt-x')).wouldHave).toBeUndefined()
  })

  test('managers of a team may be granted by their office', () => {
    const index = compiled(grant('m', "{to: ['team:claims/managers'], actions: [approve], on: ['*']}"))
    const ann: Caller = { principal: 'user:ann', user: 'ann', teams: [], administrator: false }
    expect(decide(index, ask('assistant', 'approve', ann)).effect).toBe('allow')
    expect(decide(index, ask('assistant', 'approve', { ...ann, principal: 'user:olga' })).effect).toBe('deny')
  })

  test('a condition that fails allows nothing and denies', () => {
    const failing = 'when: \'resource.labels["nowhere"] == "x"\''
    expect(decide(compiled(grant('a', `{to: [org], on: ['*'], ${failing}}`)), ask('assistant')).effect).toBe('deny')
    const all = grant('all', "{to: [org], on: ['*']}")
    const deny = grant('d', `{to: [org], effect: deny, on: ['*'], ${failing}}`)
    expect(decide(compiled(all, deny), ask('assistant')).effect).toBe('deny')
  })

  test('conditions see the hour of a place through the change to summer time, the labels and the request', () => {
    const hour = compiled(grant('h', `{to: [org], on: ['*'], when: 'time.hour(now, "Europe/Berlin") == 3'}`))
    const at = (instant: string) =>
      decide(hour, { ...ask('assistant'), context: { nowMs: Date.parse(instant) } }).effect
    expect(at('2026-03-29T00:59:59Z')).toBe('deny')
    expect(at('2026-03-29T01:00:00Z')).toBe('allow')
    expect(at('2026-01-05T02:30:00Z')).toBe('allow')
    const label = compiled(grant('l', `{to: [org], on: ['*'], when: 'resource.labels["data"] == "internal"'}`))
    expect(decide(label, ask('assistant')).effect).toBe('allow')
    expect(decide(label, ask('gpt-x')).effect).toBe('deny')
    const day = compiled(grant('d', `{to: [org], on: ['*'], when: 'time.weekday(now, "UTC") == 1'}`))
    expect(decide(day, ask('assistant')).effect).toBe('allow')
  })
})

describe('administers', () => {
  test('takes an unconditional grant to manage everything, and no narrowed key', () => {
    const root = grant('root', "{to: ['app:portal'], actions: [use, manage], on: ['*']}")
    expect(administers(compiled(root), PORTAL)).toBe(true)
    expect(administers(compiled(root), { ...PORTAL, narrowTo: ['model:*'] })).toBe(false)
    expect(administers(compiled(), PORTAL)).toBe(false)
    expect(administers(compiled(root.replace("'*'", "'model:*'")), PORTAL)).toBe(false)
    const conditional = root.replace("on: ['*']", "on: ['*'], when: 'true'")
    expect(administers(compiled(conditional), PORTAL)).toBe(false)
    const no = grant('no', "{to: [org], effect: deny, actions: [manage], on: ['*'], when: 'request.stream'}")
    expect(administers(compiled(root, no), PORTAL)).toBe(false)
  })
})

describe('explain', () => {
  test('tells what each grant had to say, the deciding one first, with file and line', () => {
    const index = compiled(
      grant('a-elsewhere', "{to: ['team:claims'], on: ['model:other']}"),
      grant('b-late', `{to: ['team:claims'], on: ['*'], when: 'time.hour(now, "UTC") >= 20'}`),
      grant('c-yes', "{to: ['team:operations'], on: ['model:assist*']}"),
    )
    const { decision, rules } = explain(index, ask('assistant'))
    expect(decision.rules).toEqual(['c-yes'])
    expect(rules[0]).toMatchObject({
      rule: 'c-yes',
      subject: 'team:operations',
      pattern: 'model:assist*',
      condition: 'none',
      matches: true,
      decides: true,
    })
    expect(rules[0]?.at).toMatch(/^documents\.yaml:\d+$/)
    expect(rules.find((rule) => rule.rule === 'b-late')).toMatchObject({ condition: 'false', matches: false })
    expect(rules.find((rule) => rule.rule === 'a-elsewhere')?.pattern).toBeUndefined()
  })
})

describe('documents', () => {
  test('a condition with a mistake is a problem with its line and column', () => {
    expect(conditionProblem('request.token < 3')).toContain('line 1, column 9')
    expect(conditionProblem('request.tokens <')).toContain('column 17')
    expect(conditionProblem('true &&\n  request.tokens + "a" == "b"')).toContain('line 2, column 3')
    expect(conditionProblem('request.tokens')).toContain('int')
    expect(conditionProblem('request.model.matches("(a+)+$")')).toContain('matches')
    expect(conditionProblem('now.getHours("Europe/Berlin") > 3')).toContain('time.hour')
    expect(conditionProblem('true || time.hour(now, "Europe/Berln") > 3')).toContain('Europe/Berln')
    expect(conditionProblem('nobody == 1')).toBeDefined()
    expect(conditionProblem('time.hour(now, "Europe/Berlin") >= 7 && request.tokens < 300')).toBeUndefined()
    expect(() => compiled(grant('x', "{to: [org], on: ['*'], when: 'request.token < 3'}"))).toThrow('column 9')
  })

  test('teams, apps and groups that are not there are problems', () => {
    expect(() => compiled(grant('x', "{to: ['team:clams'], on: ['*']}"))).toThrow('clams')
    expect(() => compiled(grant('x', "{to: ['app:portl'], on: ['*']}"))).toThrow('portl')
    expect(() => compiled(grant('x', "{to: [org], on: ['group:none']}"))).toThrow('none')
    expect(() => compiled(grant('x', "{to: ['claims'], on: ['*']}"))).toThrow('team:x')
  })

  test("every kind's example is valid", () => {
    for (const kind of [grantKind, resourceGroupKind]) {
      expect(documentSet(KINDS, kind.example).documents.length).toBeGreaterThan(0)
    }
  })
})

test('a star stands for any characters, and pieces around it may not overlap', () => {
  expect(globMatcher('model:a*a')('model:a')).toBe(false)
  expect(globMatcher('model:a*a')('model:aa')).toBe(true)
  expect(globMatcher('*ab*ab*')('xab')).toBe(false)
  expect(globMatcher('*ab*ab*')('xabyabz')).toBe(true)
  expect(globMatcher('model:x')('model:xy')).toBe(false)
})
