import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { manualClock } from '../../lib/clock.ts'
import { createLogger, type LoggerOptions } from './logger.ts'
import { prettyLine } from './pretty.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-log-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function logged(options: Partial<LoggerOptions> = {}) {
  const lines: string[] = []
  const logger = createLogger({
    level: 'info',
    format: 'json',
    clock: manualClock(),
    sink: (line) => void lines.push(line),
    ...options,
  })
  return { logger, lines }
}

test('a line is JSON with level, time, message and fields', () => {
  const { logger, lines } = logged()
  logger.with({ node: 'n' }).info('exchange', { 'gen_ai.request.model': 'm', tokens: 3 })
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    level: 'info',
    time: 1_750_000_000_000,
    node: 'n',
    'gen_ai.request.model': 'm',
    tokens: 3,
    msg: 'exchange',
  })
})

test('lines below the level are not written', () => {
  const { logger, lines } = logged({ level: 'warn' })
  logger.debug('no')
  logger.info('no')
  logger.warn('yes')
  logger.error('yes')
  expect(lines.length).toBe(2)
})

test('what is named like a secret is masked, at three depths', () => {
  const { logger, lines } = logged()
  const secrets = { authorization: 'hunter2', password: 'hunter2', 'x-api-key': 'hunter2' }
  logger.info('x', { ...secrets, a: secrets, b: { headers: secrets } })
  expect(lines[0]).not.toContain('hunter2')
  expect(lines[0]).toContain('[secret]')
})

test('a pretty line cannot steer the terminal', () => {
  const { logger, lines } = logged({ format: 'pretty' })
  logger.warn('a\u001b[2Jb', { x: 'c\nd', y: { z: 1 } })
  expect(lines[0]).toContain('a [2Jb')
  expect(lines[0]).toContain('c d')
  expect(lines[0]).toContain('{"z":1}')
  expect(prettyLine('not json')).toBe('not json')
})

test('lines to a file are gathered, and flushed when asked', () => {
  const path = join(folder, 'log')
  const { logger } = logged({ sink: openSync(path, 'w') })
  for (let count = 0; count < 100; count++) logger.info('line', { count })
  logger.flush()
  expect(readFileSync(path, 'utf8').split('\n').length).toBe(101)
})

test('an event looks as a line of the same level and fields, and is not made below the level', () => {
  const { logger, lines } = logged()
  const fields = { a: 'x"\n', n: Number.NaN, none: undefined }
  for (const log of [logger, logger.with({ node: 'n' }).with({ part: 'p' })]) {
    log.info('exchange', fields)
    log.event('exchange', () => fields)
    log.event('empty', () => ({}))
    log.info('empty')
  }
  expect(lines[1]).toBe(lines[0] ?? '')
  expect(lines[2]).toBe(lines[3] ?? '')
  expect(lines[5]).toBe(lines[4] ?? '')
  expect(lines[6]).toBe(lines[7] ?? '')
  const quiet = logged({ level: 'warn' })
  quiet.logger.event('exchange', () => {
    throw new Error('was asked')
  })
  expect(quiet.lines).toEqual([])
})
