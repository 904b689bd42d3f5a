import { sseComment, sseEvent } from '../../../lib/sse.ts'
import type { AnswerEvent, BlockDelta, Usage } from '../canonical.ts'
import type { AnswerContext, JsonObject, StreamEncoder } from '../dialect.ts'
import { openaiErrorBody } from '../openai-error.ts'
import { usesFunctions } from './decode-tools.ts'
import { encodeCitation, encodeImage, isTokenLogprobs } from './encode-answer.ts'
import { encodeFinish } from './finish.ts'
import { encodeUsage } from './usage.ts'

/** The last event of every clean CC stream. */
export const DONE = 'data: [DONE]\n\n'

/**
 * Writes chunks in OpenAI's order: the role, then content and tool calls as they come (index, id and name first, arguments
 * after), the finish reason of each choice, the usage chunk with `choices: []` when the caller asked for it (all others then say
 * `usage: null`), and `[DONE]`.
 */
export function encodeStream(context: AnswerContext): StreamEncoder {
  const writer = chunkWriter(context)
  const choices = new Map<number, ChoiceState>()
  let usage: Usage | undefined

  const stateOf = (choice: number): ChoiceState => {
    const known = choices.get(choice)
    if (known !== undefined) return known
    const state: ChoiceState = { calls: new Map(), hasRole: false, hasRefusal: false }
    choices.set(choice, state)
    return state
  }
  const scope: EncoderScope = { writer, stateOf, legacy: usesFunctions(context.call.tools) }
  return {
    events: (events) => {
      let out = ''
      events.forEach((event, index) => {
        if (event.kind === 'usage') usage = event.usage
        else out += encodeEvent(event, events[index + 1], scope)
      })
      return out
    },
    ping: () => sseComment('ping'),
    fail: (error) => sseEvent(JSON.stringify(openaiErrorBody(error))),
    end: () => (context.call.includeUsage && usage !== undefined ? writer.usage(usage) + DONE : DONE),
  }
}

interface CallState {
  readonly index: number
  readonly custom: boolean
  hasArguments: boolean
}

interface ChoiceState {
  readonly calls: Map<number, CallState>
  hasRole: boolean
  hasRefusal: boolean
}

interface EncoderScope {
  readonly writer: ChunkWriter
  readonly stateOf: (choice: number) => ChoiceState
  readonly legacy: boolean
}

function encodeEvent(event: AnswerEvent, following: AnswerEvent | undefined, scope: EncoderScope): string {
  const { writer, stateOf } = scope
  switch (event.kind) {
    case 'start':
      writer.name(event)
      return ''
    case 'block-start':
      return encodeBlockStart(event, scope)
    case 'block-delta':
      return encodeDelta(event, logprobsOf(event, following), scope)
    case 'block-stop': {
      const call = stateOf(event.choice).calls.get(event.block)
      if (call === undefined || call.hasArguments || call.custom) return ''
      call.hasArguments = true
      return scope.legacy && call.index > 0 ? '' : writer.delta(event.choice, argumentsDelta(call, '{}', scope.legacy))
    }
    case 'finish': {
      const state = stateOf(event.choice)
      const reason = encodeFinish(event.finish, { legacy: scope.legacy, hasRefusal: state.hasRefusal })
      return role(event.choice, '', scope) + writer.finish(event.choice, reason, event.stopSequence)
    }
    default:
      return ''
  }
}

type BlockStartEvent = Extract<AnswerEvent, { kind: 'block-start' }>
type BlockDeltaEvent = Extract<AnswerEvent, { kind: 'block-delta' }>

function encodeBlockStart({ choice, block, start }: BlockStartEvent, scope: EncoderScope): string {
  const state = scope.stateOf(choice)
  const opening = role(choice, start.kind === 'tool-call' ? null : '', scope)
  if (start.kind === 'media') return opening + scope.writer.delta(choice, mediaDelta(start.block))
  if (start.kind !== 'tool-call') return opening
  const call: CallState = { index: state.calls.size, custom: start.custom === true, hasArguments: false }
  state.calls.set(block, call)
  if (scope.legacy) {
    // The legacy form has room for one call.
    return call.index > 0
      ? opening
      : opening + scope.writer.delta(choice, { function_call: { name: start.name, arguments: '' } })
  }
  const body = call.custom
    ? { type: 'custom', custom: { name: start.name, input: '' } }
    : { type: 'function', function: { name: start.name, arguments: '' } }
  return opening + scope.writer.delta(choice, { tool_calls: [{ index: call.index, id: start.id, ...body }] })
}

function mediaDelta(block: Extract<BlockStartEvent['start'], { kind: 'media' }>['block']): JsonObject {
  if (block.kind === 'image') return { images: [encodeImage(block)] }
  return block.kind === 'audio' && block.source.kind === 'base64'
    ? { audio: { ...block.rest, data: block.source.content } }
    : {}
}

function encodeDelta(event: BlockDeltaEvent, logprobs: unknown, scope: EncoderScope): string {
  const { choice, block, delta } = event
  const { writer } = scope
  const state = scope.stateOf(choice)
  switch (delta.kind) {
    case 'text':
      if (delta.refusal === true) {
        state.hasRefusal = true
        return writer.delta(choice, { refusal: delta.text }, logprobs)
      }
      return writer.text(choice, delta.text, logprobs)
    case 'arguments': {
      const call = state.calls.get(block)
      if (call === undefined || delta.json === '') return ''
      call.hasArguments = true
      return scope.legacy && call.index > 0 ? '' : writer.delta(choice, argumentsDelta(call, delta.json, scope.legacy))
    }
    default: {
      const extra = extraDelta(delta, state.calls.get(block))
      return extra === undefined ? '' : writer.delta(choice, extra)
    }
  }
}

/** What OpenAI has no field for: thoughts in DeepSeek's, signatures in OpenRouter's and Google's, citations in annotations. */
function extraDelta(delta: BlockDelta, call: CallState | undefined): JsonObject | undefined {
  switch (delta.kind) {
    case 'reasoning':
      return { reasoning_content: delta.text }
    case 'signature':
      return call === undefined
        ? { reasoning_details: [{ type: 'reasoning.text', text: '', signature: delta.signature }] }
        : { tool_calls: [{ index: call.index, extra_content: { google: { thought_signature: delta.signature } } }] }
    case 'encrypted':
      return { reasoning_details: [{ type: 'reasoning.encrypted', data: delta.encrypted }] }
    case 'citation':
      return { annotations: [encodeCitation(delta.citation)] }
    default:
      return undefined
  }
}

function argumentsDelta(call: CallState, json: string, legacy: boolean): JsonObject {
  if (legacy) return { function_call: { arguments: json } }
  return {
    tool_calls: [
      call.custom
        ? { index: call.index, custom: { input: json } }
        : { index: call.index, function: { arguments: json } },
    ],
  }
}

/** Log probabilities travel in the chunk of the text they belong to; the decoder gives them right after it. */
function logprobsOf(event: BlockDeltaEvent, following: AnswerEvent | undefined): unknown {
  const isTheirs =
    following?.kind === 'block-delta' && following.delta.kind === 'logprobs' && following.choice === event.choice
  return isTheirs && following.delta.kind === 'logprobs' && isTokenLogprobs(following.delta.value)
    ? following.delta.value
    : null
}

function role(choice: number, content: '' | null, { stateOf, writer }: EncoderScope): string {
  const state = stateOf(choice)
  if (state.hasRole) return ''
  state.hasRole = true
  return writer.delta(choice, { role: 'assistant', content, refusal: null })
}

/** Writes single chunks; what does not change between them is made once. */
interface ChunkWriter {
  readonly name: (start: Extract<AnswerEvent, { kind: 'start' }>) => void
  readonly text: (choice: number, text: string, logprobs: unknown) => string
  readonly delta: (choice: number, delta: JsonObject, logprobs?: unknown) => string
  readonly finish: (choice: number, reason: string, stopSequence: string | undefined) => string
  readonly usage: (usage: Usage) => string
}

function chunkWriter(context: AnswerContext): ChunkWriter {
  const headOf = (id: string, model: string, createdAt: number) =>
    `data: {"id":${JSON.stringify(id)},"object":"chat.completion.chunk","created":${Math.floor(createdAt / 1000)},"model":${JSON.stringify(model)},"choices":[`
  let head = headOf(context.id, context.call.model, context.createdAt)
  const tail = context.call.includeUsage ? '],"usage":null}\n\n' : ']}\n\n'
  const chunk = (choice: number, delta: string, end: string) =>
    `${head}{"index":${choice},"delta":${delta},${end}}${tail}`
  const open = (logprobs: unknown) =>
    logprobs === undefined || logprobs === null
      ? '"logprobs":null,"finish_reason":null'
      : `"logprobs":${JSON.stringify(logprobs)},"finish_reason":null`
  return {
    name: (start) => {
      head = headOf(start.id || context.id, start.model || context.call.model, start.createdAt ?? context.createdAt)
    },
    text: (choice, text, logprobs) => chunk(choice, `{"content":${JSON.stringify(text)}}`, open(logprobs)),
    delta: (choice, delta, logprobs) => chunk(choice, JSON.stringify(delta), open(logprobs)),
    finish: (choice, reason, stopSequence) => {
      const matched = stopSequence === undefined ? '' : `,"stop_reason":${JSON.stringify(stopSequence)}`
      return chunk(choice, '{}', `"logprobs":null,"finish_reason":${JSON.stringify(reason)}${matched}`)
    },
    usage: (usage) => `${head}],"usage":${JSON.stringify(encodeUsage(usage))}}\n\n`,
  }
}
