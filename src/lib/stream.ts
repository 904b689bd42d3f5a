import { GatewayError } from './errors.ts'

/** A body as it comes off the wire. */
export type ByteStream = ReadableStream<Uint8Array>

/** Bounds of {@link readAll}. */
export interface ReadAllOptions {
  readonly maxBytes: number
  readonly signal?: AbortSignal | undefined
  /** What is thrown beyond the bound; default `payload_too_large`. */
  readonly tooLarge?: () => Error
}

/**
 * Reads a whole body into one array. Beyond `maxBytes` it cancels the source and throws; an abort of the signal cancels
 * the source and throws its reason. A null body reads as empty.
 */
export async function readAll(body: ByteStream | null, options: ReadAllOptions): Promise<Uint8Array> {
  if (!body) return new Uint8Array(0)
  const { maxBytes, signal } = options
  signal?.throwIfAborted()
  const reader = body.getReader()
  const onAbort = () => void reader.cancel(signal?.reason).catch(() => undefined)
  signal?.addEventListener('abort', onAbort, { once: true })
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    for (;;) {
      const { done, value } = await reader.read()
      signal?.throwIfAborted()
      if (done) break
      length += value.byteLength
      if (length > maxBytes) {
        onAbort()
        throw options.tooLarge?.() ?? new GatewayError('payload_too_large')
      }
      chunks.push(value)
    }
  } finally {
    signal?.removeEventListener('abort', onAbort)
  }
  return concatBytes(chunks, length)
}

/** {@link readAll}, read as UTF-8; bytes that are not become U+FFFD, a BOM is dropped. */
export async function readText(body: ByteStream | null, options: ReadAllOptions): Promise<string> {
  return new TextDecoder().decode(await readAll(body, options))
}

/** The arrays one after the other; `length` is their sum, when the caller knows it. */
export function concatBytes(chunks: readonly Uint8Array[], length?: number): Uint8Array {
  const [first] = chunks
  if (first && chunks.length === 1) return first
  const whole = new Uint8Array(length ?? chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0))
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.byteLength
  }
  return whole
}

/** A stream of the given chunks, texts as UTF-8; each is handed out only when it is asked for. */
export function streamOf(...chunks: readonly (Uint8Array | string)[]): ByteStream {
  const encoder = new TextEncoder()
  let next = 0
  return new ReadableStream<Uint8Array>({
    pull: (controller) => {
      const chunk = chunks[next++]
      if (chunk === undefined) controller.close()
      else controller.enqueue(typeof chunk === 'string' ? encoder.encode(chunk) : chunk)
    },
  })
}

/** What may be done at the edges of a stream by {@link observed}. */
export interface StreamObserver {
  readonly chunk?: (bytes: Uint8Array) => void
  /** Runs exactly once: at the end, at a failure (with its error) or when the reader walks away. */
  readonly closed: (
    end: { readonly kind: 'ended' | 'cancelled' } | { readonly kind: 'failed'; readonly error: unknown },
  ) => void
}

/** The same stream, watched: pulled only as it is read, cancelled when its reader cancels. */
export function observed(source: ByteStream, observer: StreamObserver): ByteStream {
  const reader = source.getReader()
  let isOpen = true
  const close: StreamObserver['closed'] = (end) => {
    if (!isOpen) return
    isOpen = false
    observer.closed(end)
  }
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        try {
          const { done, value } = await reader.read()
          if (done) {
            close({ kind: 'ended' })
            controller.close()
            return
          }
          observer.chunk?.(value)
          controller.enqueue(value)
        } catch (error) {
          close({ kind: 'failed', error })
          controller.error(error)
          await reader.cancel(error).catch(() => undefined)
        }
      },
      cancel: async (reason) => {
        close({ kind: 'cancelled' })
        await reader.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
}

/** The same stream, ended with an error once more than `maxBytes` have passed. */
export function limited(source: ByteStream, maxBytes: number, tooLarge: () => Error): ByteStream {
  let passed = 0
  return observed(source, {
    chunk: (bytes) => {
      passed += bytes.byteLength
      if (passed > maxBytes) throw tooLarge()
    },
    closed: () => undefined,
  })
}
