import { describe, expect, test } from 'bun:test'
import { PERMISSION_NAMES, type Permission } from '../../contract/permissions.ts'
import { documentSet } from '../../platform/documents/index.ts'
import { agentKind, appKind, type Caller, callerOf, compileIdentity, keyKind, teamKind } from '../identity/index.ts'
import {
  BUILT_IN_ROLES,
  compileAccess,
  compileRoles,
  covers,
  grantKind,
  isWithin,
  resourceGroupKind,
  roleKind,
} from './index.ts'

const KINDS = [teamKind, appKind, agentKind, keyKind, grantKind, resourceGroupKind, roleKind]

const ORGANISATION = `
kind: Team
metadata: {name: operations}
spec: {managers: ['user:olga']}
---
kind: Team
metadata: {name: claims}
spec: {parent: operations, managers: ['user:max'], members: ['user:ann', 'user:aud']}
---
kind: Team
metadata: {name: sales}
spec: {members: ['user:sam']}
---
kind: App
metadata: {name: portal}
spec: {team: claims, owner: 'user:ann'}
---
kind: App
metadata: {name: bootstrap}
---
kind: Grant
metadata: {name: bootstrap}
spec: {to: ['app:bootstrap'], actions: [manage], on: ['*']}
---
kind: Role
metadata: {name: auditor}
spec: {members: ['user:aud', 'key:watch']}
---
kind: Role
metadata: {name: finance}
spec: {members: ['team:sales']}
---
kind: Role
metadata: {name: key-smith}
spec: {permissions: ['keys:*', 'usage:read'], members: ['app:portal'], reach: managed}
---
kind: Key
metadata: {name: watch}
spec: {for: 'app:portal', sha256: '${'a'.repeat(64)}', narrowTo: ['model:small']}
`

function roles(text = ORGANISATION) {
  const documents = documentSet(KINDS, text)
  const identity = compileIdentity(documents)
  const index = compileRoles(documents, { access: compileAccess(documents), identity })
  const as = (principal: string, more: Partial<Caller> = {}) => {
    const caller = callerOf(identity, principal)
    if (!caller) throw new Error(`no principal ${principal}`)
    return index.rightsOf({ ...caller, ...more })
  }
  return { index, identity, as }
}

describe('who has which role', () => {
  test('everybody recognised may see who they are; a program without a role may nothing else', () => {
    const { as } = roles(ORGANISATION.replace("members: ['app:portal'], reach", "members: ['user:nobody'], reach"))
    expect(as('app:portal').permissions).toEqual(['self:read', 'self:write'])
    expect(as('app:portal').roles).toEqual([])
  })

  test('a person is a member, a manager of a team and those below it, and what Role documents say', () => {
    const { as } = roles()
    expect(as('user:nobody').roles).toEqual(['member'])
    expect(as('user:max').roles).toEqual(['team-manager', 'member'])
    expect(as('user:olga').reach('operations:read')).toEqual({
      teams: ['claims', 'operations'],
      principals: ['user:olga'],
    })
    expect(as('user:max').reach('operations:read')).toEqual({ teams: ['claims'], principals: ['user:max'] })
    expect(as('user:aud').roles).toEqual(['auditor', 'member'])
    expect(as('user:ann').reach('usage:read')).toEqual({ teams: [], principals: ['user:ann', 'app:portal'] })
  })

  test('a role given to a team is for its people and not for its programs', () => {
    const { as } = roles()
    expect(as('user:sam').roles).toEqual(['finance', 'member'])
    expect(as('app:portal', { teams: ['sales'] }).roles).toEqual(['key-smith'])
  })

  test('whom a grant lets manage everything is an owner, who may everything over everything', () => {
    const rights = roles().as('app:bootstrap')
    expect(rights.roles).toEqual(['owner'])
    for (const permission of PERMISSION_NAMES) expect(rights.reach(permission)).toBe('everything')
  })

  test('a key that is narrowed carries no role of its principal, and one that names the key itself', () => {
    const { as } = roles()
    const narrowTo = ['model:small']
    expect(as('user:max', { key: 'k', narrowTo }).roles).toEqual([])
    expect(as('app:bootstrap', { key: 'k', narrowTo }).roles).toEqual([])
    expect(as('app:portal', { key: 'watch', narrowTo }).roles).toEqual(['auditor'])
    expect(as('user:max', { key: 'k', narrowTo: ['*'] }).roles).toEqual(['team-manager', 'member'])
  })

  test('a written role gives what it names, over what it says', () => {
    const rights = roles().as('app:portal')
    expect(rights.permissions).toEqual(['self:read', 'self:write', 'usage:read', 'keys:read', 'keys:write'])
    expect(rights.reach('keys:write')).toEqual({ teams: [], principals: [] })
  })
})

describe('what the built-in roles are', () => {
  const may = (role: keyof typeof BUILT_IN_ROLES, permission: Permission) =>
    (BUILT_IN_ROLES[role].permissions as readonly Permission[]).includes(permission)

  test('an auditor reads everything but content and changes nothing', () => {
    expect(may('auditor', 'content:read')).toBe(false)
    for (const permission of BUILT_IN_ROLES.auditor.permissions) expect(permission).toMatch(/:(read|export|explain)$/)
    for (const permission of PERMISSION_NAMES) {
      if (permission.endsWith(':read') && permission !== 'content:read') expect(may('auditor', permission)).toBe(true)
    }
  })

  test('only an owner appoints, says whom to believe, reveals secrets and deletes records', () => {
    for (const permission of [
      'roles:write',
      'identity:write',
      'users:provision',
      'secrets:reveal',
      'records:delete',
    ] as const) {
      const having = Object.entries(BUILT_IN_ROLES).filter(([, { permissions }]) =>
        (permissions as readonly Permission[]).includes(permission),
      )
      expect(having.map(([role]) => role)).toEqual(['owner'])
    }
  })
})

describe('documents of roles', () => {
  test('a built-in role takes members only, and another one must give something', () => {
    const role = (name: string, spec: string) => `kind: Role\nmetadata: {name: ${name}}\nspec: {${spec}}\n`
    expect(() => documentSet(KINDS, role('owner', "permissions: ['keys:read']"))).toThrow('fixed')
    expect(() => documentSet(KINDS, role('member', 'reach: everything'))).toThrow('fixed')
    expect(() => documentSet(KINDS, role('mine', "members: ['user:x']"))).toThrow('no permission')
    expect(() => documentSet(KINDS, role('mine', "permissions: ['keys:raed']"))).toThrow('keys:read')
    expect(() => documentSet(KINDS, role('mine', "permissions: ['keys:read'], members: ['team:none']"))).toThrow('none')
    expect(() => documentSet(KINDS, role('mine', "permissions: ['keys:read'], members: ['ann']"))).toThrow('user:x')
  })

  test('the examples are valid', () => {
    expect(documentSet(KINDS, roleKind.example).documents.length).toBe(2)
  })
})

test('rights cover others only when they hold every permission over at least as much', () => {
  const { as } = roles()
  const [owner, max, olga, ann] = [as('app:bootstrap'), as('user:max'), as('user:olga'), as('user:ann')]
  expect([covers(owner, max), covers(max, owner), covers(olga, max), covers(max, olga)]).toEqual([
    true,
    false,
    true,
    false,
  ])
  expect([covers(max, ann), covers(ann, max)]).toEqual([true, false])
})

test('a part holds what is of its teams or its principals, and what is of nobody is of no part', () => {
  const part = { teams: ['a'], principals: ['user:ann'] }
  expect(isWithin(part, { team: 'a', principal: 'app:x' })).toBe(true)
  expect(isWithin(part, { team: 'b', principal: 'user:ann' })).toBe(true)
  expect(isWithin(part, { team: 'b', principal: 'app:x' })).toBe(false)
  expect(isWithin(part, {})).toBe(false)
  expect(isWithin('everything', {})).toBe(true)
})
