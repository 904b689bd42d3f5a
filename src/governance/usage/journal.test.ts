import { afterAll, expect, test } from 'bun:test'
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { manualClock, nextTurn, systemClock } from '../../lib/clock.ts'
import { cleanRecord } from './clean.ts'
import { type Journal, type JournalOptions, openJournal } from './journal.ts'
import { decodeFrames, frameEncoder } from './journal-frame.ts'
import { sampleNumber, sampleRecord } from './testing.ts'

const root = mkdtempSync(join(tmpdir(), 'gatehouse-journal-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let made = 0
const folder = () => join(root, String(++made))
const open = (directory: string, more: Partial<JournalOptions> = {}) =>
  openJournal({ directory, clock: manualClock(), ...more })
const add = (journal: Journal, ...numbers: readonly number[]) => {
  for (const number of numbers) journal.append(cleanRecord(sampleRecord(number)))
}
const drain = async (journal: Journal, most = 3): Promise<number[]> => {
  const numbers: number[] = []
  for (let batch = await journal.take(most); batch; batch = await journal.take(most)) {
    numbers.push(...batch.entries.map((entry) => sampleNumber(entry.record)))
    batch.done()
  }
  return numbers
}
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index)
const segments = (directory: string) => readdirSync(directory).filter((name) => name.endsWith('.journal'))

test('records come out in the order they went in, and again until they are confirmed', async () => {
  const journal = open(folder())
  add(journal, 0, 1, 2, 3, 4)
  const first = await journal.take(2)
  const again = await journal.take(2)
  expect(again?.entries).toEqual(first?.entries ?? [])
  expect(await drain(journal)).toEqual([0, 1, 2, 3, 4])
  expect(await journal.take(2)).toBeUndefined()
})

test('what was not shipped is offered by the next process, old records first', async () => {
  const directory = folder()
  add(open(directory), 0, 1, 2)
  const next = open(directory)
  add(next, 3, 4)
  expect(await drain(next, 2)).toEqual([0, 1, 2, 3, 4])
  add(next, 5)
  expect(await drain(next)).toEqual([5])
})

test('segments rotate by size and go when everything in them is shipped', async () => {
  const directory = folder()
  const journal = open(directory, { maxSegmentBytes: 2_500 })
  add(journal, ...upTo(20))
  expect(segments(directory).length).toBeGreaterThan(4)
  expect(await drain(journal)).toEqual(upTo(20))
  await nextTurn()
  expect(segments(directory).length).toBe(1)
  await journal.close()
  expect(segments(directory)).toEqual([])
})

test('no segment goes before the store will outlive a power failure', async () => {
  const directory = folder()
  const asked: ((isGranted: boolean) => void)[] = []
  const persist = () =>
    new Promise<void>((resolve, reject) =>
      asked.push((isGranted) => (isGranted ? resolve() : reject(new Error('EIO')))),
    )
  const journal = open(directory, { maxSegmentBytes: 2_500, persist })
  add(journal, ...upTo(20))
  const all = segments(directory)
  expect(await drain(journal)).toEqual(upTo(20))
  await nextTurn()
  expect(segments(directory)).toEqual(all)
  asked.shift()?.(false)
  await nextTurn()
  expect(segments(directory)).toEqual(all)
  add(journal, 20)
  await drain(journal)
  asked.shift()?.(true)
  await nextTurn()
  expect(segments(directory).length).toBeLessThan(all.length)
})

test('beyond the bound of memory records are read back from disk, none twice and none lost', async () => {
  const journal = open(folder(), { maxMemoryBytes: 5_000, maxSegmentBytes: 9_000 })
  add(journal, ...upTo(30))
  const first = await journal.take(2)
  first?.done()
  add(journal, 30, 31)
  expect([0, 1, ...(await drain(journal, 7))]).toEqual(upTo(32))
  expect(journal.status().backlogBytes).toBe(0)
})

test('a torn tail of any length is passed over and costs only the record that was never acknowledged', async () => {
  const directory = folder()
  add(open(directory), 0, 1, 2)
  const file = join(directory, segments(directory)[0] ?? '')
  const whole = readFileSync(file)
  for (const cut of [1, 2, 17, 18, 19, 500, Math.floor(whole.length / 3) - 1]) {
    const copy = folder()
    add(open(copy), 0, 1, 2)
    truncateSync(join(copy, segments(copy)[0] ?? ''), whole.length - cut)
    const journal = open(copy)
    add(journal, 7)
    expect(await drain(journal)).toEqual([0, 1, 7])
  }
})

test('damage in the middle costs the damaged record and not those behind it', async () => {
  const directory = folder()
  add(open(directory), 0, 1, 2)
  const file = join(directory, segments(directory)[0] ?? '')
  const bytes = readFileSync(file)
  bytes[Math.floor(bytes.length / 2)] = 0
  writeFileSync(file, bytes)
  appendFileSync(file, 'garbage\n')
  const journal = open(directory)
  expect(await drain(journal)).toEqual([0, 2])
  expect(journal.status().torn).toBeGreaterThan(0)
})

test('a full disk: records wait in bounded memory, are shipped from there, and are written once there is room', async () => {
  const directory = folder()
  let isFull = false
  const write = (descriptor: number, bytes: Uint8Array) => {
    if (!isFull) return writeSync(descriptor, bytes)
    writeSync(descriptor, bytes.subarray(0, 100))
    throw new Error('ENOSPC')
  }
  const journal = open(directory, { write, maxMemoryBytes: 4_000 })
  add(journal, 0)
  isFull = true
  add(journal, 1, 2)
  expect(journal.status()).toMatchObject({ writable: false, accepting: true, unwritten: 2, lost: 0 })
  expect(await drain(journal, 1)).toEqual([0, 1, 2])
  add(journal, 3, 4, 5)
  expect(journal.status()).toMatchObject({ accepting: false, unwritten: 3 })
  isFull = false
  add(journal, 6)
  expect(journal.status()).toMatchObject({ writable: true, unwritten: 0, lost: 0 })
  const next = open(directory)
  const numbers = await drain(next)
  expect(numbers).toEqual([0, 3, 4, 5, 6])
})

test('beyond the bound of memory on a full disk what is lost is counted, never hidden', () => {
  const write = () => {
    throw new Error('ENOSPC')
  }
  const journal = open(folder(), { write, maxMemoryBytes: 3_000 })
  add(journal, ...upTo(10))
  const { lost, unwritten } = journal.status()
  expect(lost).toBeGreaterThan(0)
  expect(lost + unwritten).toBe(10)
})

test('frames survive any text, any cut and any re-chunking', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 8 }), fc.nat(), (texts, cutAt) => {
      const { encode } = frameEncoder()
      const frames = texts.map((text) => Buffer.from(encode(JSON.stringify(text))))
      const bytes = Buffer.concat(frames)
      const cut = cutAt % (bytes.length + 1)
      const head = decodeFrames(bytes.subarray(0, cut), 100)
      const tail = decodeFrames(bytes.subarray(head.consumed), 100)
      expect([...head.lines, ...tail.lines].map((line) => JSON.parse(line))).toEqual(texts)
    }),
  )
})

test('kill -9 at any moment loses no acknowledged record: fifty rounds', async () => {
  const source = `
    import { openJournal } from ${JSON.stringify(join(import.meta.dir, 'journal.ts'))}
    import { cleanRecord } from ${JSON.stringify(join(import.meta.dir, 'clean.ts'))}
    import { sampleRecord } from ${JSON.stringify(join(import.meta.dir, 'testing.ts'))}
    import { systemClock } from ${JSON.stringify(join(import.meta.dir, '../../lib/clock.ts'))}
    import { writeSync } from 'node:fs'
    const journal = openJournal({ directory: process.argv[1], clock: systemClock, maxSegmentBytes: 20_000 })
    for (let number = 0; ; number++) {
      journal.append(cleanRecord(sampleRecord(number)))
      writeSync(1, number + '\\n')
    }`
  const round = async (index: number) => {
    const directory = folder()
    const child = Bun.spawn([process.execPath, '-e', source, directory], { stdout: 'pipe', stderr: 'ignore' })
    let acknowledged = ''
    const decoder = new TextDecoder()
    for await (const chunk of child.stdout) {
      acknowledged += decoder.decode(chunk, { stream: true })
      if (acknowledged.length > index * 40) child.kill('SIGKILL')
    }
    await child.exited
    const last = Number(acknowledged.slice(0, acknowledged.lastIndexOf('\n')).split('\n').at(-1))
    const found = await drain(openJournal({ directory, clock: systemClock }), 500)
    expect(acknowledged.length).toBeGreaterThan(0)
    expect(found.slice(0, last + 1)).toEqual(upTo(last + 1))
    rmSync(directory, { recursive: true })
  }
  for (let index = 0; index < 50; index += 2) await Promise.all([round(index), round(index + 1)])
}, 60_000)
