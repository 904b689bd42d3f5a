import { expect, test } from 'bun:test'
import { countsOf } from './junit.mjs'

const report = (counts) =>
  `<?xml version="1.0"?>\n<testsuites name="bun test" ${counts}>\n<testsuite tests="9" failures="9"/>`

test('only the sums of the whole report count', () => {
  const xml = report('tests="7" assertions="9" failures="2" skipped="1" time="0.07"')
  expect(countsOf(xml, 1)).toEqual({ passed: 4, failed: 2, skipped: 1 })
})

test('a run that ended badly without a failed test is a failure', () => {
  expect(countsOf(report('tests="7" failures="0" skipped="0"'), 1)).toEqual({ passed: 7, failed: 1, skipped: 0 })
})

test('a run without any test is a failure, with and without a report', () => {
  expect(countsOf(report('tests="0" failures="0" skipped="0"'), 0).failed).toBe(1)
  expect(countsOf('', 0)).toEqual({ passed: 0, failed: 1, skipped: 0 })
})
