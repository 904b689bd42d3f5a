import { expect, test } from 'bun:test'
import { causeOfRows, isDataError, unbindable } from './data-error.ts'

const coded = (code: string) => Object.assign(new Error('no'), { code })

test('what a database refuses for its values is bad data, and what it cannot do now is not', () => {
  for (const code of ['SQLITE_CONSTRAINT_NOTNULL', 'SQLITE_TOOBIG', '22P02', '23505']) {
    expect(isDataError(coded(code))).toBe(true)
  }
  for (const code of ['SQLITE_BUSY', 'SQLITE_FULL', '53300', 'ECONNREFUSED']) {
    expect(isDataError(coded(code))).toBe(false)
  }
  expect(isDataError('SQLITE_TOOBIG')).toBe(false)
})

test('a mistake in our own code is not taken for bad data', () => {
  const mistakes = [new TypeError('undefined is not a function'), new RangeError('Maximum call stack size exceeded')]
  for (const mistake of mistakes) {
    expect(isDataError(mistake)).toBe(false)
    expect(causeOfRows(mistake, [['a', 1, null]])).toBe(mistake)
  }
})

test('a value that no statement can carry is bad data, and only then a bare TypeError is', () => {
  const refused = new TypeError('Binding expected string, TypedArray, boolean, number, bigint or null')
  expect(isDataError(unbindable({}))).toBe(true)
  expect(isDataError(causeOfRows(refused, [['a'], [{}]]))).toBe(true)
  const away = new Error('away')
  expect(causeOfRows(away, [[{}]])).toBe(away)
})
