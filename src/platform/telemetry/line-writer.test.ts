import { afterAll, expect, test } from 'bun:test'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { manualClock, systemClock } from '../../lib/clock.ts'
import { lineWriter } from './line-writer.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-lines-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('every line arrives once and in order, in whole', async () => {
  const path = join(folder, 'a')
  const writer = lineWriter(openSync(path, 'w'), systemClock)
  const expected = Array.from({ length: 5_000 }, (_, index) => `line ${index} é ${'x'.repeat(50)}\n`)
  for (const line of expected) writer.write(line)
  const arrived = async () => {
    while (readFileSync(path).byteLength < Buffer.byteLength(expected.join(''))) await Bun.sleep(5)
    return readFileSync(path, 'utf8')
  }
  expect(await arrived()).toBe(expected.join(''))
  expect(writer.dropped()).toBe(0)
})

test('lines wait for the next tenth of a second, or for a flush', async () => {
  const path = join(folder, 'b')
  const clock = manualClock()
  const writer = lineWriter(openSync(path, 'w'), clock)
  writer.write('a\n')
  expect(readFileSync(path, 'utf8')).toBe('')
  writer.flush()
  expect(readFileSync(path, 'utf8')).toBe('a\n')
})

test('a reader that went away costs lines, which are counted, and nothing else', () => {
  const descriptor = openSync(join(folder, 'c'), 'w')
  closeSync(descriptor)
  const writer = lineWriter(descriptor, manualClock())
  writer.write('a\n')
  writer.write('b\n')
  writer.flush()
  expect(writer.dropped()).toBe(2)
})
