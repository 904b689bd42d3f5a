import { byteSearch } from '../../lib/byte-search.ts'
import { isObject, type JsonEdit, patchJson } from '../../lib/json.ts'
import type { Exchange } from '../exchange.ts'
import type { StreamSource } from '../operation.ts'
import { ownerOf } from './owner.ts'
import type { StoredItem } from './responses.store.ts'

/** What is to become of an answer. */
export interface Keeping {
  readonly exchange: Exchange
  /** The caller wants it kept. */
  readonly store: boolean
  readonly previousId: string | undefined
  /** The answer comes from an upstream that was told to keep nothing, and says so in the caller's dialect. */
  readonly asItCame: boolean
  /** What the model was given, as guardrails left it. Asked for once, when the answer has ended. */
  readonly given: () => Given
}

/** What the model was given. */
export interface Given {
  readonly input: readonly unknown[]
  /** Only when guardrails changed them. */
  readonly instructions?: unknown
}

const KEPT_FOR_MS = 30 * 24 * 3_600_000
/** Larger ones, in characters, are answered but not kept. */
const MAX_KEPT_CHARACTERS = 16 * 1_048_576

/** A whole answer as the caller gets it; kept, if that is wanted. */
export function keepWhole(body: string, keeping: Keeping): string {
  const edits = ownedMembers(keeping, [])
  const text = edits.length === 0 ? body : patchJson(body, edits)
  if (keeping.store) keep(JSON.parse(text), keeping)
  return text
}

/**
 * A stream that keeps what it ends with: the response object as the client got it. What ends without one, because the client
 * left, is not kept.
 */
export function keepStream(source: StreamSource, keeping: Keeping): StreamSource {
  const edits = ownedMembers(keeping, ['response'])
  if (edits.length === 0 && !keeping.store) return source
  return {
    ping: source.ping,
    cancel: source.cancel,
    next: async () => {
      const piece = await source.next()
      if (piece === undefined || responseIn(piece, 0) < 0) return piece
      const text = DECODER.decode(piece)
        .split(/(?<=\n\r?\n)/)
        .map((event) => owned(event, edits, keeping))
        .join('')
      return edits.length === 0 ? piece : ENCODER.encode(text)
    },
  }
}

/** Only events that carry the response itself have this member; inside a string its quotes would be escaped. */
const responseIn = byteSearch('"response":')
const DECODER = new TextDecoder()
const ENCODER = new TextEncoder()

/** What the gate, not the provider, knows of a response: whether it is kept, and what it goes on from. */
function ownedMembers({ asItCame, store, previousId }: Keeping, within: readonly string[]): readonly JsonEdit[] {
  if (!asItCame || (!store && previousId === undefined)) return []
  const edits: JsonEdit[] = store ? [{ at: [...within, 'store'], literal: 'true' }] : []
  if (previousId === undefined) return edits
  return [...edits, { at: [...within, 'previous_response_id'], literal: JSON.stringify(previousId) }]
}

const DATA = /^data: ?(\{.*\})\r?$/m
const ENDED = /"type": ?"response\.(?:completed|incomplete|failed)"/

function owned(event: string, edits: readonly JsonEdit[], keeping: Keeping): string {
  const before = DATA.exec(event)?.[1]
  if (before === undefined || !/"response": ?\{/.test(before)) return event
  const after = patchJson(before, edits)
  if (keeping.store && ENDED.test(before)) keep(memberOf(after, 'response'), keeping)
  return after === before ? event : event.replace(before, () => after)
}

function memberOf(literal: string, name: string): unknown {
  const value: unknown = JSON.parse(literal)
  return isObject(value) ? value[name] : undefined
}

function keep(response: unknown, { exchange, given }: Keeping): void {
  const { caller, gate } = exchange
  if (!isObject(response) || typeof response.id !== 'string' || caller === undefined) return
  const { input, instructions } = given()
  const whole = JSON.stringify(instructions === undefined ? response : { ...response, instructions })
  const items = JSON.stringify(input)
  if (whole.length + items.length > MAX_KEPT_CHARACTERS) {
    exchange.warn('not stored: the response is too large')
    return
  }
  const now = gate.clock.now()
  gate.responses.put({
    principal: ownerOf(caller),
    id: response.id,
    team: caller.team,
    createdAt: now,
    expiresAt: now + KEPT_FOR_MS,
    response: whole,
    input: items,
    items: Array.isArray(response.output) ? response.output.flatMap(itemOf) : [],
  })
}

function itemOf(item: unknown): readonly StoredItem[] {
  return isObject(item) && typeof item.id === 'string' ? [{ id: item.id, item: JSON.stringify(item) }] : []
}
