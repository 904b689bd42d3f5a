import { sseEvent } from '../../../lib/sse.ts'
import type { AnswerEvent, BlockDelta, BlockStart, Citation, Finish, Usage } from '../canonical.ts'
import type { AnswerContext, JsonObject, StreamEncoder } from '../dialect.ts'
import { writeCitations } from './citations.ts'
import { writeAnswerPart, writeFunctionCall } from './encode-answer.ts'
import { errorBody } from './errors.ts'
import { compact } from './fields.ts'
import { writeFinish } from './finish.ts'
import { writeSignature } from './signature.ts'
import { writeUsage } from './usage.ts'

/** A block that is open: what has to wait until it is whole. */
interface OpenBlock {
  readonly start: BlockStart
  json: string
  signature: string | undefined
  encrypted: string | undefined
}

interface ChoiceState {
  readonly open: Map<number, OpenBlock>
  readonly citations: Citation[]
  finish: Finish | undefined
}

/**
 * Writes a stream as Gemini does: each chunk a `GenerateContentResponse`, function calls whole once their arguments are
 * complete, `finishReason` and `usageMetadata` in the last chunk, no end mark. A keep-alive is an empty chunk, because
 * Google's Python SDK takes every line for JSON and breaks on comments.
 */
export function encodeStream(context: AnswerContext): StreamEncoder {
  const choices = new Map<number, ChoiceState>()
  let responseId = context.id
  let modelVersion = context.call.model
  let usage: Usage | undefined

  const stateOf = (choice: number): ChoiceState => {
    const known = choices.get(choice)
    if (known !== undefined) return known
    const made: ChoiceState = { open: new Map(), citations: [], finish: undefined }
    choices.set(choice, made)
    return made
  }
  const chunk = (candidates: readonly JsonObject[], metadata?: JsonObject) =>
    sseEvent(JSON.stringify(compact({ candidates, usageMetadata: metadata, modelVersion, responseId })))
  const partsOf = (event: AnswerEvent): readonly JsonObject[] => {
    switch (event.kind) {
      case 'start':
        responseId = event.id || responseId
        modelVersion = event.model || modelVersion
        return []
      case 'usage':
        usage = event.usage
        return []
      case 'finish':
        stateOf(event.choice).finish = event.finish
        return []
      case 'ping':
        return []
      default:
        return blockParts(event, stateOf(event.choice))
    }
  }
  return {
    events: (events) => {
      const written = new Map<number, JsonObject[]>()
      for (const event of events) {
        const parts = partsOf(event)
        if (parts.length === 0 || !('choice' in event)) continue
        const known = written.get(event.choice)
        if (known === undefined) written.set(event.choice, [...parts])
        else known.push(...parts)
      }
      if (written.size === 0) return ''
      return chunk([...written].map(([index, parts]) => ({ content: { parts: joined(parts), role: 'model' }, index })))
    },
    ping: () => chunk([{ content: { parts: [], role: 'model' }, index: 0 }]),
    fail: (error) => sseEvent(JSON.stringify(errorBody(error))),
    end: () => {
      if (choices.size === 0) stateOf(0)
      return chunk([...choices].map(lastCandidate), usage === undefined ? undefined : writeUsage(usage))
    },
  }
}

function lastCandidate([index, state]: [number, ChoiceState]): JsonObject {
  const waiting = [...state.open.values()].flatMap(closeBlock)
  return compact({
    content: { parts: waiting.length === 0 ? [{ text: '' }] : waiting, role: 'model' },
    finishReason: writeFinish(state.finish ?? 'other'),
    index,
    citationMetadata: writeCitations(state.citations),
  })
}

function blockParts(event: Extract<AnswerEvent, { block: number }>, state: ChoiceState): readonly JsonObject[] {
  if (event.kind === 'block-start') {
    state.open.set(event.block, { start: event.start, json: '', signature: undefined, encrypted: undefined })
    return wholeParts(event.start)
  }
  const open = state.open.get(event.block)
  if (open === undefined) return []
  if (event.kind === 'block-delta') return addDelta(open, event.delta, state)
  state.open.delete(event.block)
  return closeBlock(open)
}

function wholeParts(start: BlockStart): readonly JsonObject[] {
  const part = start.kind === 'media' || start.kind === 'opaque' ? writeAnswerPart(start.block) : undefined
  return part === undefined ? [] : [part]
}

function addDelta(open: OpenBlock, delta: BlockDelta, state: ChoiceState): readonly JsonObject[] {
  switch (delta.kind) {
    case 'text':
      return [{ text: delta.text }]
    case 'reasoning':
      return [{ text: delta.text, thought: true }]
    case 'arguments':
      open.json += delta.json
      return []
    case 'signature':
      open.signature = (open.signature ?? '') + delta.signature
      return []
    case 'encrypted':
      open.encrypted = (open.encrypted ?? '') + delta.encrypted
      return []
    case 'citation':
      state.citations.push(delta.citation)
      return []
    default:
      return []
  }
}

/** What could only be said once the block was whole: a function call, a signature. */
function closeBlock(open: OpenBlock): readonly JsonObject[] {
  const { start, signature, encrypted } = open
  if (start.kind === 'tool-call') return [writeFunctionCall({ ...start, arguments: open.json, signature })]
  if (signature === undefined && encrypted === undefined) return []
  if (start.kind === 'text') return [{ text: '', thoughtSignature: signature }]
  if (start.kind !== 'reasoning') return []
  const proof = writeSignature({
    ...(start.origin === undefined ? {} : { origin: start.origin }),
    ...(signature === undefined ? {} : { signature }),
    ...(encrypted === undefined ? {} : { encrypted }),
    ...(start.id === undefined ? {} : { id: start.id }),
  })
  return [compact({ text: '', thought: true, thoughtSignature: proof })]
}

/** Neighbouring plain texts of one batch become one part. */
function joined(parts: readonly JsonObject[]): readonly JsonObject[] {
  const out: JsonObject[] = []
  for (const part of parts) {
    const last = out.at(-1)
    if (last !== undefined && isPlain(last) && isPlain(part) && last['thought'] === part['thought']) {
      out[out.length - 1] = { ...last, text: `${last['text']}${part['text']}` }
    } else out.push(part)
  }
  return out
}

function isPlain(part: JsonObject): boolean {
  return typeof part['text'] === 'string' && part['thoughtSignature'] === undefined
}
