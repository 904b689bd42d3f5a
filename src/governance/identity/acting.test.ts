import { expect, test } from 'bun:test'
import { GatewayError } from '../../lib/errors.ts'
import { documentSet } from '../../platform/documents/index.ts'
import { actingCaller } from './acting.ts'
import { agentKind, appKind, callerOf, compileIdentity, keyKind, teamKind } from './index.ts'

const agent = (name: string, actsFor: string) =>
  `kind: Agent\nmetadata: {name: ${name}}\nspec: {team: claims, owner: 'user:ann', purpose: Sorts., riskTier: 2, actsFor: ${actsFor}}\n`
const identity = compileIdentity(
  documentSet(
    [teamKind, appKind, agentKind, keyKind],
    `kind: Team\nmetadata: {name: claims}\nspec: {members: ['user:bob']}\n---\n${agent('sorter', 'user')}---\n${agent('lone', 'itself')}`,
  ),
)

function acting(principal: string, header: string | null) {
  const caller = callerOf(identity, principal)
  if (!caller) throw new Error('nobody')
  try {
    return actingCaller(identity, caller, header)
  } catch (cause) {
    return cause instanceof GatewayError ? cause.code : cause
  }
}

test('an agent belongs to its team, and acts for the person it names, who counts as the user', () => {
  for (const header of ['user:bob', 'bob']) {
    expect(acting('agent:sorter', header)).toMatchObject({
      principal: 'agent:sorter',
      team: 'claims',
      user: 'bob',
      onBehalfOf: { principal: 'user:bob', teams: ['claims'] },
    })
  }
  expect(acting('agent:sorter', 'user:bob')).toBe(acting('agent:sorter', 'user:bob'))
})

test('an agent that acts for people must name one; one that acts for itself must not; nobody else is asked', () => {
  expect(acting('agent:sorter', null)).toBe('access_denied')
  expect(acting('agent:sorter', '')).toBe('invalid_request')
  expect(acting('agent:sorter', 'app:x')).toBe('invalid_request')
  expect(acting('agent:sorter', `user:${'x'.repeat(300)}`)).toBe('invalid_request')
  expect(acting('agent:lone', 'user:bob')).toBe('invalid_request')
  expect(acting('agent:lone', null)).toMatchObject({ principal: 'agent:lone' })
  expect(acting('app:portal', 'user:bob')).toEqual(callerOf(identity, 'app:portal'))
})
