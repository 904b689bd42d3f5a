import type { Block, ChatCall, Message, ToolResultBlock } from '../canonical.ts'
import type { EncodeContext, JsonObject } from '../dialect.ts'
import { thinkingStyle } from './thinking.ts'
import { type PartContext, writePart } from './write-part.ts'

/** The conversation in Gemini's two fields. */
export interface WrittenContents {
  readonly contents: readonly JsonObject[]
  readonly systemInstruction?: JsonObject
}

/**
 * Messages as `contents` and `systemInstruction`: roles `user` and `model`, consecutive turns of one role merged, tool
 * results in the order of their calls, system and developer texts gathered in order, empty turns left out.
 */
export function writeContents(call: ChatCall, context: EncodeContext): WrittenContents {
  const order = callOrder(call.messages)
  const names = new Map([...order].map(([id, { name }]) => [id, name]))
  const parts: PartContext = { ...context, isOwn: call.dialect === 'gemini', names }
  const needsSignature = !parts.isOwn && thinkingStyle(context.target) === 'level'
  const system: JsonObject[] = []
  const turns: Turn[] = []
  for (const message of sortResults(call.messages, order)) {
    const written = partsOf(message, parts)
    if (message.role === 'system' || message.role === 'developer') system.push(...written)
    else if (written.length > 0)
      addTurn(turns, message, needsSignature && message.role === 'assistant' ? signed(written) : written)
  }
  const contents = turns.map(({ role, parts, rest }) => ({ role, parts, ...(call.dialect === 'gemini' ? rest : {}) }))
  // Gemini refuses a request without contents; a lone system text then speaks as the user's.
  if (contents.length === 0 && system.length > 0) return { contents: [{ role: 'user', parts: system }] }
  return { contents, ...(system.length === 0 ? {} : { systemInstruction: { parts: system } }) }
}

interface Turn {
  readonly role: 'user' | 'model'
  readonly parts: JsonObject[]
  readonly rest: JsonObject | undefined
}

function partsOf(message: Message, context: PartContext): readonly JsonObject[] {
  return message.blocks.map((block) => writePart(block, context)).filter((part) => part !== undefined)
}

function addTurn(turns: Turn[], message: Message, parts: readonly JsonObject[]): void {
  const role = message.role === 'assistant' ? 'model' : 'user'
  const last = turns.at(-1)
  if (last?.role === role) last.parts.push(...parts)
  else turns.push({ role, parts: [...parts], rest: message.rest })
}

interface Called {
  readonly name: string
  readonly place: number
}

function callOrder(messages: readonly Message[]): ReadonlyMap<string, Called> {
  const order = new Map<string, Called>()
  for (const message of messages) {
    for (const block of message.blocks) {
      if (block.kind === 'tool-call') order.set(block.id, { name: block.name, place: order.size })
    }
  }
  return order
}

/** Brings the results of neighbouring tool turns into the order of the calls: without ids, order is all Gemini goes by. */
function sortResults(messages: readonly Message[], order: ReadonlyMap<string, Called>): readonly Message[] {
  const sorted: Message[] = []
  let run: ToolResultBlock[] = []
  const flush = () => {
    if (run.length === 0) return
    const place = (block: ToolResultBlock) => order.get(block.callId)?.place ?? Number.MAX_SAFE_INTEGER
    sorted.push({ role: 'tool', blocks: run.sort((a, b) => place(a) - place(b)) })
    run = []
  }
  for (const message of messages) {
    if (message.role === 'tool' && message.rest === undefined && message.blocks.every(isResult))
      run.push(...message.blocks.filter(isResult))
    else {
      flush()
      sorted.push(message)
    }
  }
  flush()
  return sorted
}

function isResult(block: Block): block is ToolResultBlock {
  return block.kind === 'tool-result'
}

/**
 * Gemini 3 refuses a step whose first function call carries no signature. For calls that another model made, Google names
 * this value (ai.google.dev/gemini-api/docs/thought-signatures, 2026-11).
 */
const NO_SIGNATURE = 'skip_thought_signature_validator'

function signed(parts: readonly JsonObject[]): readonly JsonObject[] {
  const first = parts.findIndex((part) => part['functionCall'] !== undefined)
  const call = parts[first]
  if (call === undefined || call['thoughtSignature'] !== undefined) return parts
  return parts.with(first, { ...call, thoughtSignature: NO_SIGNATURE })
}
