import { expect, test } from 'bun:test'
import { documentSet } from '../../platform/documents/index.ts'
import { captureKind } from './capture.kind.ts'
import { compileCapture } from './capture-index.ts'

const DAY_MS = 24 * 3_600_000
const indexOf = (...specs: readonly string[]) => {
  const documents = specs.map((spec, index) => `kind: Capture\nmetadata: {name: c${index}}\nspec: {${spec}}\n`)
  const set = documentSet(
    [captureKind],
    `apiVersion: gatehouse/v1\n${documents.join('---\napiVersion: gatehouse/v1\n')}`,
  )
  return compileCapture(set.all(captureKind))
}

test('without a document nothing of content is kept', () => {
  expect(compileCapture([]).for(['org', 'team:a'])).toEqual({ content: 'none' })
})

test('the nearest scope decides, whatever the order of scopes', () => {
  const index = indexOf('appliesTo: [org], content: redacted', "appliesTo: ['app:x'], content: full, retain: 2d")
  expect(index.for(['org', 'team:a', 'app:x'])).toEqual({ content: 'full', retainMs: 2 * DAY_MS })
  expect(index.for(['app:x', 'org'])).toEqual({ content: 'full', retainMs: 2 * DAY_MS })
  expect(index.for(['app:y'])).toEqual({ content: 'redacted', retainMs: 30 * DAY_MS })
})

test('among rules equally near privacy wins: less, and for less long', () => {
  const index = indexOf(
    "appliesTo: ['team:a'], content: full, retain: 9d",
    "appliesTo: ['team:b'], content: redacted, retain: 5d",
    "appliesTo: ['team:c'], content: redacted, retain: 3d",
  )
  expect(index.for(['team:a', 'team:b'])).toEqual({ content: 'redacted', retainMs: 5 * DAY_MS })
  expect(index.for(['team:c', 'team:b'])).toEqual({ content: 'redacted', retainMs: 3 * DAY_MS })
})

test('a document that is off does not count, and one that only monitors keeps nothing', () => {
  expect(indexOf('appliesTo: [org], content: full, mode: off').for(['org'])).toEqual({ content: 'none' })
  const index = indexOf('appliesTo: [org], content: full', "appliesTo: ['team:a'], content: full, mode: monitor")
  expect(index.for(['org', 'team:a'])).toEqual({ content: 'none' })
})

test('content cannot be kept for ever or for no time', () => {
  expect(() => indexOf('appliesTo: [org], content: full, retain: 99999d')).toThrow()
  expect(() => indexOf('appliesTo: [org], content: full, retain: 0s')).toThrow()
})
