import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib'
import { GatewayError } from '../../lib/errors.ts'
import type { ByteStream } from '../../lib/stream.ts'

const MAX_LAYERS = 2

const ENGINES = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
} as const

/**
 * The plain bytes of a body sent with `content-encoding`. Works piece by piece, gives each piece as soon as the sender
 * flushed it, waits while nobody reads, and fails with `upstream_invalid` when the output grows beyond `maxBytes`
 * (405 bytes of brotli can say 256 MiB) or the coding is unknown or broken.
 */
export function decoded(body: ByteStream, contentEncoding: string, maxBytes: number): ByteStream {
  const layers = contentEncoding
    .split(',')
    .map((layer) => layer.trim().toLowerCase())
    .filter((layer) => layer !== '' && layer !== 'identity')
  if (layers.length > MAX_LAYERS) throw invalid('more than two content codings')
  return layers.reverse().reduce((stream, layer) => decodeLayer(stream, layer, maxBytes), body)
}

function decodeLayer(body: ByteStream, layer: string, maxBytes: number): ByteStream {
  if (!isKnown(layer)) throw invalid('an unknown content coding')
  const engine = ENGINES[layer]()
  const reader = body.getReader()
  const output = engine[Symbol.asyncIterator]()
  let passed = 0
  const feed = async () => {
    try {
      for (;;) {
        const { done, value } = await reader.read()
        if (done) break
        if (!engine.write(value)) await new Promise<void>((resolve) => engine.once('drain', resolve))
      }
      engine.end()
    } catch (error) {
      engine.destroy(error instanceof Error ? error : new Error(String(error)))
    }
  }
  const stop = async (reason: unknown) => {
    engine.destroy()
    await reader.cancel(reason).catch(() => undefined)
  }
  let isFeeding = false
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        if (!isFeeding) {
          isFeeding = true
          void feed()
        }
        try {
          const { done, value } = await output.next()
          if (done) return controller.close()
          passed += value.byteLength
          if (passed > maxBytes) throw invalid(`a body longer than ${maxBytes} bytes once decoded`)
          controller.enqueue(value)
        } catch (error) {
          controller.error(error instanceof GatewayError ? error : invalid('a body that does not decode', error))
          await stop(error)
        }
      },
      cancel: stop,
    },
    { highWaterMark: 0 },
  )
}

function isKnown(layer: string): layer is keyof typeof ENGINES {
  return Object.hasOwn(ENGINES, layer)
}

function invalid(what: string, cause?: unknown): GatewayError {
  return new GatewayError('upstream_invalid', { internalDetail: `the upstream sent ${what}`, cause })
}
