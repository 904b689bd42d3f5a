import { isObject } from '../lib/json.ts'
import { Exchange } from './exchange.ts'
import type { OperationFacts } from './incoming.ts'
import type { Gate } from './parts.ts'
import { closeExchange } from './record.ts'

const MAX_METADATA_CHARACTERS = 4_096
const MAX_TAGS = 32
const MAX_TAG_CHARACTERS = 256

/** Opens the exchange: its id, its trace, and ONE immutable snapshot of the policy. Never throws. */
export function open(gate: Gate, operation: OperationFacts): Exchange {
  return new Exchange(gate, operation, tagsOf(operation.incoming.headers), closeExchange)
}

/**
 * The tags of `x-gatehouse-metadata` (JSON object of scalars). What is not that is ignored rather than refused: tags
 * attribute cost, they decide nothing, and a call should not fail for its label.
 */
function tagsOf(headers: Headers): Readonly<Record<string, string>> {
  const given = headers.get('x-gatehouse-metadata')
  if (!given || given.length > MAX_METADATA_CHARACTERS) return {}
  const tags: Record<string, string> = {}
  for (const [name, value] of Object.entries(readObject(given)).slice(0, MAX_TAGS)) {
    if (name === '__proto__' || (typeof value === 'object' && value !== null)) continue
    tags[name.slice(0, MAX_TAG_CHARACTERS)] = String(value).slice(0, MAX_TAG_CHARACTERS)
  }
  return tags
}

function readObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : {}
  } catch {
    return {}
  }
}
