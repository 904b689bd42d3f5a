import { expect, test } from 'bun:test'
import { GatewayError } from './errors.ts'
import { type ByteStream, concatBytes, limited, observed, readAll, readText, streamOf } from './stream.ts'

/** A stream that never ends, and remembers whether it was cancelled. */
function endless(): { stream: ByteStream; cancelled: () => unknown } {
  let reason: unknown = 'open'
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(1_000)),
    cancel: (given) => {
      reason = given
    },
  })
  return { stream, cancelled: () => reason }
}

test('a body is read whole, multi-byte characters cut anywhere', async () => {
  const bytes = new TextEncoder().encode('é🙂')
  const chunks = [...bytes].map((byte) => Uint8Array.of(byte))
  expect(await readText(streamOf(...chunks), { maxBytes: 6 })).toBe('é🙂')
  expect(await readText(null, { maxBytes: 0 })).toBe('')
  expect(concatBytes([bytes, bytes]).byteLength).toBe(12)
})

test('a body beyond the bound is refused and its source cancelled', async () => {
  const { stream, cancelled } = endless()
  const error = await readAll(stream, { maxBytes: 4_999 }).catch((cause: unknown) => cause)
  expect(error instanceof GatewayError && error.code).toBe('payload_too_large')
  expect(cancelled()).not.toBe('open')
})

test('an abort ends the reading with its reason and cancels the source', async () => {
  const abort = new AbortController()
  let wasCancelled = false
  const silent = new ReadableStream<Uint8Array>({
    cancel: () => {
      wasCancelled = true
    },
  })
  const reading = readAll(silent, { maxBytes: 10, signal: abort.signal }).catch(String)
  abort.abort('gone')
  expect(await reading).toBe('gone')
  expect(wasCancelled).toBe(true)
})

test('a watched stream closes exactly once, and says how', async () => {
  const ends: string[] = []
  let seen = 0
  const watch = (source: ByteStream) =>
    observed(source, {
      chunk: (bytes) => {
        seen += bytes.byteLength
      },
      closed: (end) => {
        ends.push(end.kind)
      },
    })
  await readAll(watch(streamOf('ab', 'c')), { maxBytes: 10 })
  const { stream, cancelled } = endless()
  await watch(stream).cancel('bye')
  const failing = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error('cut')) })
  await readAll(watch(failing), { maxBytes: 10 }).catch(() => undefined)
  expect(ends).toEqual(['ended', 'cancelled', 'failed'])
  expect([seen, cancelled()]).toEqual([3, 'bye'])
})

test('a limited stream fails beyond its bound and cancels its source', async () => {
  const { stream, cancelled } = endless()
  const reading = readAll(
    limited(stream, 2_500, () => new Error('enough')),
    { maxBytes: 1e9 },
  )
  expect(await reading.catch((error: Error) => error.message)).toBe('enough')
  expect(cancelled()).not.toBe('open')
})
