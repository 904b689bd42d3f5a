import { describe, expect, test } from 'bun:test'
import { holds, parseFilter } from './filter.ts'
import { type PatchOperation, patched } from './patch.ts'

const ANN = {
  userName: 'Ann@Example.com',
  active: true,
  age: 41,
  name: { familyName: 'Archer' },
  emails: [
    { value: 'ann@example.com', type: 'work', primary: true },
    { value: 'ann@home.example', type: 'home' },
  ],
  'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { department: 'Claims' },
}

describe('filters', () => {
  test.each([
    ['userName eq "ann@example.com"', true],
    ['username EQ "ANN@EXAMPLE.COM"', true],
    ['userName ne "ann@example.com"', false],
    ['userName sw "ann" and active eq true', true],
    ['userName ew ".com" and not (active eq true)', false],
    ['active eq "True"', true],
    ['active eq False', false],
    ['name.familyName co "rch"', true],
    ['emails eq "ann@home.example"', true],
    ['emails.value eq "ann@home.example"', true],
    ['emails[type eq "work" and value co "@example.com"]', true],
    ['emails[type eq "work" and value co "home"]', false],
    ['title pr', false],
    ['title eq null', true],
    ['not (title pr)', true],
    ['age gt 40 and age le 41', true],
    ['age lt 41 or age ge 42', false],
    ['title pr or userName pr and age gt 50', false],
    ['(title pr or userName pr) and age gt 40', true],
    ['urn:ietf:params:scim:schemas:core:2.0:User:userName eq "ann@example.com"', true],
    ['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "claims"', true],
    ['userName eq "say \\"and\\" (this)"', false],
  ])('%s', (text, expected) => {
    expect(holds(parseFilter(text), ANN)).toBe(expected)
  })

  test.each([
    '',
    'userName',
    'userName eq',
    'userName eq ann',
    'userName is "x"',
    'userName eq "x',
    '(userName pr',
    'userName pr)',
    'userName pr and',
    'emails[type eq "work"',
    '"x" eq userName',
    '('.repeat(40),
    `userName eq "${'x'.repeat(3_000)}"`,
  ])('%s is refused', (text) => {
    expect(() => parseFilter(text)).toThrow('The filter is not valid')
  })
})

describe('patches', () => {
  const after = (...operations: PatchOperation[]) => patched(ANN, operations) as Record<string, unknown>

  test('a path replaces, adds and removes, whatever its case', () => {
    expect(after({ op: 'replace', path: 'ACTIVE', value: false }).active).toBe(false)
    expect(after({ op: 'add', path: 'name.givenName', value: 'Ann' }).name).toEqual({
      familyName: 'Archer',
      givenName: 'Ann',
    })
    expect(after({ op: 'remove', path: 'name.familyName' })).not.toHaveProperty('name')
    expect(after({ op: 'add', path: 'title', value: 'Dr' }).title).toBe('Dr')
  })

  test('an object without a path changes what it names, dotted names too (Okta, Entra)', () => {
    const changed = after({ op: 'replace', value: { active: false, 'name.givenName': 'A' } })
    expect(changed).toMatchObject({ active: false, name: { familyName: 'Archer', givenName: 'A' } })
  })

  test('an entry is chosen by what stands in brackets, and made where there is none (Entra)', () => {
    const emails = after({ op: 'replace', path: 'emails[type eq "work"].value', value: 'a@example.com' }).emails
    expect(emails).toEqual([{ value: 'a@example.com', type: 'work', primary: true }, ANN.emails[1]])
    expect(after({ op: 'add', path: 'phoneNumbers[type eq "mobile"].value', value: '1' }).phoneNumbers).toEqual([
      { type: 'mobile', value: '1' },
    ])
    expect(after({ op: 'remove', path: 'emails[type eq "home"]' }).emails).toEqual([ANN.emails[0]])
    expect(after({ op: 'remove', path: 'emails[type eq "other"]' }).emails).toEqual(ANN.emails)
  })

  test('members are added once, and removed by value in either way', () => {
    const group = { members: [{ value: 'a' }, { value: 'b' }] }
    const members = (operation: PatchOperation) => patched(group, [operation]).members
    expect(members({ op: 'add', path: 'members', value: [{ value: 'b' }, { value: 'c' }] })).toEqual([
      { value: 'a' },
      { value: 'b' },
      { value: 'c' },
    ])
    expect(members({ op: 'remove', path: 'members', value: [{ value: 'a' }] })).toEqual([{ value: 'b' }])
    expect(members({ op: 'remove', path: 'members[value eq "a"]' })).toEqual([{ value: 'b' }])
    expect(members({ op: 'replace', path: 'members', value: { value: 'z' } })).toEqual([{ value: 'z' }])
    expect(patched(group, [{ op: 'remove', path: 'members' }])).toEqual({})
  })

  test('extensions are reached by their whole name', () => {
    const path = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department'
    expect(after({ op: 'replace', path, value: 'IT' })).toHaveProperty(
      ['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User', 'department'],
      'IT',
    )
  })

  test.each([
    { op: 'remove' as const },
    { op: 'replace' as const, value: 'x' },
    { op: 'replace' as const, path: '__proto__.admin', value: true },
    { op: 'replace' as const, path: 'a..b', value: true },
    { op: 'replace' as const, path: 'emails[type eq', value: true },
    { op: 'replace' as const, path: 'emails[type co "x"].value', value: true },
  ])('%p is refused', (operation) => {
    expect(() => patched(ANN, [operation])).toThrow('not valid')
    expect(({} as { admin?: unknown }).admin).toBeUndefined()
  })
})
