import { patchJson } from '../lib/json.ts'
import type { Exchange } from './exchange.ts'
import type { GovernedCall } from './governed.ts'
import { Transcript } from './transcript.ts'

/** Content is kept up to this length. */
const MAX_CHARACTERS = 262_144

/**
 * Keeps the request where a Capture document asks for it: as it came (`full`), or with what guardrails masked
 * (`redacted`); and has the answer written along. Called after inspection, so that nothing unmasked is kept by mistake.
 */
export function captureCall(exchange: Exchange, call: GovernedCall): void {
  const capture = exchange.grant?.capture
  if (!capture || capture.content === 'none') return
  const text = capture.content === 'full' ? exchange.operation.incoming.text : masked(exchange, call)
  exchange.capturedRequest = text.slice(0, MAX_CHARACTERS)
  exchange.transcript ??= new Transcript()
}

function masked(exchange: Exchange, call: GovernedCall): string {
  const { original } = call
  if (!original) return JSON.stringify(call.segments())
  if (original.edits.length === 0) return exchange.operation.incoming.text
  const edits = original.edits.map((edit) => ({ at: edit.at, literal: JSON.stringify(edit.text) }))
  return patchJson(original.text, edits)
}
