import { isObject } from '../../../lib/json.ts'
import type { AnswerEvent } from '../canonical.ts'
import { thoughtSignatureOf } from '../compatibility.ts'
import type { JsonObject } from '../dialect.ts'
import type { ChoiceBlocks } from './choice-blocks.ts'

/** Follows the tool calls of one choice through their interleaved deltas. */
export interface ToolCallTracker {
  readonly read: (delta: JsonObject, events: AnswerEvent[]) => void
  /** Closes every call; one that got no arguments gets `{}`. */
  readonly stop: (events: AnswerEvent[]) => void
  /** How many calls have begun. */
  readonly count: () => number
}

interface OpenCall {
  readonly block: number
  readonly id: string
  readonly custom: boolean
  hasArguments: boolean
}

/**
 * Makes a {@link ToolCallTracker}. Calls are told apart by `index`. Servers that leave it out, or give every call index 0, are
 * told apart by a new id that comes with a name; servers that give no id get one.
 */
export function toolCallTracker(blocks: ChoiceBlocks): ToolCallTracker {
  const byIndex = new Map<number, OpenCall>()
  const opened: OpenCall[] = []

  const callOf = (entry: JsonObject, events: AnswerEvent[]): OpenCall => {
    const index = typeof entry.index === 'number' ? entry.index : undefined
    const known = index === undefined ? opened.at(-1) : byIndex.get(index)
    const custom = isObject(entry.custom)
    const body = isObject(entry.custom) ? entry.custom : isObject(entry.function) ? entry.function : {}
    const id = typeof entry.id === 'string' ? entry.id : ''
    const name = typeof body.name === 'string' ? body.name : ''
    const isAnother = name !== '' && (index === undefined || (id !== '' && id !== known?.id))
    if (known !== undefined && !isAnother) return known
    const call = { id: id === '' ? `call_${blocks.choice}_${opened.length}` : id, custom, hasArguments: false }
    const start = { kind: 'tool-call' as const, id: call.id, name, ...(custom && { custom }) }
    const open = { ...call, block: blocks.open(start, events) }
    byIndex.set(index ?? opened.length, open)
    opened.push(open)
    return open
  }
  const readEntry = (entry: JsonObject, events: AnswerEvent[]) => {
    const call = callOf(entry, events)
    const json = argumentsOf(entry)
    if (json !== '') {
      call.hasArguments = true
      blocks.add(call.block, { kind: 'arguments', json }, events)
    }
    const signature = thoughtSignatureOf(entry)
    if (signature !== undefined) blocks.add(call.block, { kind: 'signature', signature }, events)
  }
  return {
    read: (delta, events) => {
      const entries = Array.isArray(delta.tool_calls) ? delta.tool_calls : [{ index: 0, function: delta.function_call }]
      for (const entry of entries) if (isObject(entry)) readEntry(entry, events)
    },
    stop: (events) => {
      for (const call of opened) {
        if (!call.hasArguments && !call.custom) blocks.add(call.block, { kind: 'arguments', json: '{}' }, events)
        events.push({ kind: 'block-stop', choice: blocks.choice, block: call.block })
      }
    },
    count: () => opened.length,
  }
}

function argumentsOf(entry: JsonObject): string {
  if (isObject(entry.custom)) return typeof entry.custom.input === 'string' ? entry.custom.input : ''
  const given = isObject(entry.function) ? entry.function.arguments : undefined
  if (isObject(given)) return JSON.stringify(given)
  return typeof given === 'string' ? given : ''
}
