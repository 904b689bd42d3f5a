import { expect, test } from 'bun:test'
import { meAnswer } from '../../contract/me.ts'
import { callerOf } from '../../governance/identity/index.ts'
import { createCatalog } from '../../models/catalog/index.ts'
import { documentSet } from '../../platform/documents/index.ts'
import { compiler, POLICY_KINDS } from '../../policy/index.ts'
import { meAnswerOf } from './me.ts'

const TEXT = `
kind: Provider
metadata: {name: sandbox}
spec: {type: sandbox}
---
kind: Model
metadata: {name: assistant, labels: {tier: standard}}
spec: {targets: [{provider: sandbox, model: sandbox}]}
---
kind: Model
metadata: {name: secret}
spec: {targets: [{provider: sandbox, model: sandbox}]}
---
kind: Team
metadata: {name: claims}
spec: {managers: ['user:max'], members: ['user:ann']}
---
kind: App
metadata: {name: portal}
spec: {team: claims}
---
kind: Grant
metadata: {name: claims-may}
spec: {to: ['team:claims'], on: ['model:assistant']}
`
const snapshot = compiler(createCatalog())(documentSet(POLICY_KINDS, TEXT), { number: 1, publishedAt: 0 })

function me(principal: string) {
  const caller = callerOf(snapshot.identity, principal)
  if (!caller) throw new Error('nobody')
  return meAnswer.parse(meAnswerOf(snapshot, caller, 0))
}

test('a person sees what they may use with the grant and its place, and what they could ask for and of whom', () => {
  const { resources, roles, teams } = me('user:ann')
  expect([roles, teams]).toEqual([['member'], ['claims']])
  const [assistant, secret] = resources
  expect(assistant).toMatchObject({
    resource: 'model:assistant',
    may: true,
    rules: ['claims-may'],
    labels: { tier: 'standard' },
  })
  expect(assistant?.at).toMatch(/:\d+$/)
  expect(secret).toMatchObject({ resource: 'model:secret', may: false, grantedBy: 'user:max' })
})

test('a program sees only what it may use', () => {
  expect(me('app:portal').resources.map(({ resource }) => resource)).toEqual(['model:assistant'])
})

test('a manager sees the teams that they manage', () => {
  expect(me('user:max')).toMatchObject({ managedTeams: ['claims'], roles: ['team-manager', 'member'] })
})
