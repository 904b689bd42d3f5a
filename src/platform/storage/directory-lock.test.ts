import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lockDirectory } from './directory-lock.ts'

const root = mkdtempSync(join(tmpdir(), 'gatehouse-lock-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const lockModule = join(import.meta.dir, 'directory-lock.ts')
const holder = (directory: string) =>
  Bun.spawn(
    [
      process.execPath,
      '-e',
      `import {lockDirectory} from ${JSON.stringify(lockModule)}
       lockDirectory(${JSON.stringify(directory)}); Bun.gc(true); console.log('held'); setTimeout(() => {}, 20_000)`,
    ],
    { stdout: 'pipe', stderr: 'ignore' },
  )
const firstWord = async (stream: ReadableStream<Uint8Array>) => {
  const { value } = await stream.getReader().read()
  return new TextDecoder().decode(value).trim()
}

test('a second process is refused with the pid of the first; a killed one leaves no lock behind', async () => {
  const directory = join(root, 'two')
  const child = holder(directory)
  expect(await firstWord(child.stdout)).toBe('held')
  try {
    expect(() => lockDirectory(directory)).toThrow(`in use by process ${child.pid}`)
  } finally {
    child.kill('SIGKILL')
    await child.exited
  }
  const lock = lockDirectory(directory)
  lock.release()
})

test('within one process a directory is claimed once, and again after its release', () => {
  const directory = join(root, 'one')
  const lock = lockDirectory(directory)
  expect(() => lockDirectory(directory)).toThrow(`in use by process ${process.pid}`)
  lock.release()
  lock.release()
  lockDirectory(directory).release()
})
