import { describe, expect, test } from 'bun:test'
import { toGatewayError } from '../../../lib/errors.ts'
import { rewriteFrame, withoutUsage } from './rewrite-frame.ts'

function failureOf(run: () => unknown) {
  try {
    run()
    return undefined
  } catch (cause) {
    return toGatewayError(cause)
  }
}

describe('a broken event', () => {
  test('is the upstream’s fault, and its text is not told', () => {
    for (const raw of ['data: {"usage": zanzibar}\n\n', 'data: {"usage": "\ufffd\n\n']) {
      for (const run of [() => withoutUsage(raw), () => rewriteFrame(raw, ['x'])]) {
        const failure = failureOf(run)
        expect(failure?.code).toBe('upstream_invalid')
        expect(`${failure?.message} ${String(failure?.cause)}`).not.toContain('zanzibar')
      }
    }
  })
})
