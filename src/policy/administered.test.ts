import { expect, test } from 'bun:test'
import { GatewayError } from '../lib/errors.ts'
import { createCatalog } from '../models/catalog/index.ts'
import { readYaml, validate } from '../platform/documents/index.ts'
import { refuseLockOut } from './administered.ts'
import { compiler } from './compile.ts'
import { POLICY_KINDS } from './kinds.ts'

const compile = compiler(createCatalog())
function snapshot(yaml: string) {
  const result = validate(POLICY_KINDS, readYaml({ file: 'p.yaml', text: yaml, owner: 'console' }), {
    apiVersion: 'optional',
  })
  if (!result.valid) throw new Error(JSON.stringify(result.problems))
  return compile(result.documents, { number: 1, publishedAt: 0 })
}
const APP = `kind: App\nmetadata: {name: ops}\n---\nkind: Key\nmetadata: {name: k}\nspec: {for: 'app:ops', sha256: ${'a'.repeat(64)}}\n---\n`
const OWNER = "kind: Grant\nmetadata: {name: all}\nspec: {to: ['app:ops'], actions: [use, manage], on: ['*']}\n"
const ROLE = "kind: Role\nmetadata: {name: administrator}\nspec: {members: ['user:ann@example.com']}\n"
const NOW = Date.parse('2026-11-27T12:00:00Z')
const tried = (before: string, after: string) => {
  try {
    refuseLockOut(snapshot(before), snapshot(after), NOW)
    return 'allowed'
  } catch (cause) {
    return cause instanceof GatewayError ? cause.code : cause
  }
}

test('a change that leaves nobody to administer is refused; one that leaves somebody is not', () => {
  expect(tried(`${APP}${OWNER}`, APP)).toBe('conflict')
  expect(tried(`${APP}${OWNER}`, `${APP}${ROLE}`)).toBe('allowed')
  const revoked = APP.replace('sha256: ', 'disabled: true, sha256: ')
  expect(tried(`${APP}${OWNER}`, `${revoked}${OWNER}`)).toBe('conflict')
  expect(tried(`${APP}${OWNER}`, OWNER.replace('app:ops', 'user:ann@example.com'))).toBe('allowed')
})

test('where nobody could before, a change is not held up', () => {
  expect(tried(APP, APP)).toBe('allowed')
})
