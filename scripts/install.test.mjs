import { afterEach, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packagesAreCurrent } from './install.mjs'

const folders = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

/** A repository whose lock file wants `wanted` and whose node_modules holds `installed`. */
function repository(wanted, installed) {
  const root = mkdtempSync(join(tmpdir(), 'install-'))
  folders.push(root)
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages: { '': {}, ...wanted } }))
  if (!installed) return root
  mkdirSync(join(root, 'node_modules'))
  writeFileSync(join(root, 'node_modules', '.package-lock.json'), JSON.stringify({ packages: installed }))
  for (const path of Object.keys(installed)) mkdirSync(join(root, path))
  return root
}

const one = { 'node_modules/a': { version: '1.0.0' } }

test('a fresh clone is not current', () => {
  expect(packagesAreCurrent(repository(one))).toBe(false)
})

test('what the lock file wants is current, whatever the times of the files are', () => {
  expect(packagesAreCurrent(repository(one, one))).toBe(true)
})

test('another version, or a package whose folder was taken away, is not current', () => {
  expect(packagesAreCurrent(repository({ 'node_modules/a': { version: '1.0.1' } }, one))).toBe(false)
  const root = repository(one, one)
  rmSync(join(root, 'node_modules', 'a'), { recursive: true })
  expect(packagesAreCurrent(root)).toBe(false)
})

test('an optional package of another platform may be absent', () => {
  const wanted = { ...one, 'node_modules/b': { version: '1.0.0', optional: true } }
  expect(packagesAreCurrent(repository(wanted, one))).toBe(true)
})
