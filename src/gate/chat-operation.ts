import { GatewayError } from '../lib/errors.ts'
import { isObject, parseJson } from '../lib/json.ts'
import { estimateTokens } from '../models/catalog/index.ts'
import type { ChatCall, ChatDialect, JsonObject } from '../models/dialects/index.ts'
import { askChat } from '../models/routing/index.ts'
import { askModel, planOf } from './ask-model.ts'
import { byteCarrier, frameCarrier, type PassRules } from './carrier.ts'
import type { Exchange } from './exchange.ts'
import type { ChatGoverned } from './governed.ts'
import type { Grant } from './grant.ts'
import type { Incoming } from './incoming.ts'
import type { Answer, Encoded, Operation, StreamedChat } from './operation.ts'
import { DEFAULT_OUTPUT_TOKENS } from './price.ts'
import { type Framing, Relay } from './relay.ts'
import { joinedSegmentsOf, replaceTexts, segmentsOf } from './texts.ts'

/** What sets one conversational surface apart from another. */
export interface ChatSurface {
  readonly name: string
  readonly dialect: ChatDialect
  readonly kind?: 'model.chat' | 'model.complete'
  /** How ids of answers begin in this dialect. */
  readonly idPrefix: string
  /** Members that the address carries and the dialect expects in the body (Gemini's model and method). */
  readonly fromAddress?: Readonly<Record<string, unknown>>
  readonly streamContentType?: string
  /** How streams pass that both sides speak alike. */
  readonly pass?: PassRules
  /** Puts the pieces of a stream into another frame than SSE. */
  readonly framing?: () => Framing
  /** The caller's headers that may reach an upstream of the surface's own dialect, by an allow-list; absent: none. */
  readonly forwards?: (
    headers: Headers,
    warn: (warning: string) => void,
  ) => Readonly<Record<string, string>> | undefined
}

/** One conversation by one surface. */
export function chatOperation(surface: ChatSurface, incoming: Incoming): Operation<ChatGoverned> {
  const { dialect } = surface
  return {
    kind: surface.kind ?? 'model.chat',
    surface: surface.name,
    incoming,
    decode: () => governed(dialect.decodeCall(bodyOf(incoming, surface.fromAddress)), incoming.text),
    perform: (exchange, grant, call) => performChat({ exchange, grant, surface }, call),
    encode: (exchange, answer) => encodeChat(exchange, surface, answer),
    encodeError: dialect.encodeError,
  }
}

/** The body as a JSON object, with what the address says added. Throws `invalid_json`, `invalid_request`. */
export function bodyOf(incoming: Incoming, fromAddress?: Readonly<Record<string, unknown>>): JsonObject {
  if (incoming.fault) throw incoming.fault
  const body = parseJson(incoming.text, { uniqueKeysAt: 'top' })
  if (!isObject(body)) throw new GatewayError('invalid_request', { message: 'The request body must be a JSON object.' })
  return fromAddress ? { ...body, ...fromAddress } : body
}

/** A decoded call with what governance must know of it. */
export function governed(call: ChatCall, text: string): ChatGoverned {
  const inputTokens = estimateTokens(text)
  const answers = call.sampling.n ?? 1
  const outputTokens = (call.maxOutputTokens ?? DEFAULT_OUTPUT_TOKENS) * answers
  const unboundAnswers = call.maxOutputTokens === undefined ? answers : undefined
  return {
    kind: 'chat',
    call,
    resource: { kind: 'model', name: call.model },
    estimate: { inputTokens, outputTokens, unboundAnswers },
    facts: { stream: call.stream, tools: call.tools.length > 0, tokens: inputTokens + outputTokens, model: call.model },
    segments: () => [...segmentsOf(call), ...joinedSegmentsOf(call)],
    withTexts: (texts) => rewritten(governed(call, text), texts),
    original: { dialect: call.dialect, text, edits: [], stream: call.stream },
  }
}

function rewritten(governedCall: ChatGoverned, texts: ReadonlyMap<number, string>): ChatGoverned {
  const { call, edits, mustEncode } = replaceTexts(governedCall.call, texts)
  const before = governedCall.original
  const original = mustEncode || !before ? undefined : { ...before, edits: [...before.edits, ...edits] }
  return { ...governedCall, call, original, segments: () => [...segmentsOf(call), ...joinedSegmentsOf(call)] }
}

interface Performing {
  readonly exchange: Exchange
  readonly grant: Grant
  readonly surface: ChatSurface
}

async function performChat(performing: Performing, governedCall: ChatGoverned): Promise<Answer> {
  const { exchange, grant, surface } = performing
  const plan = planOf(exchange, governedCall.call.model)
  const { headers } = exchange.operation.incoming
  const { warn, signal } = exchange
  const strict = plan.strict || headers.get('x-gatehouse-strict') === '1'
  const forward = surface.forwards?.(headers, warn)
  const shared = { upstream: exchange.gate.upstream, strict, warn, signal, forward, media: new Map() }
  const result = await askModel(exchange, {
    plan,
    grant,
    call: governedCall,
    ask: ({ call: { call, original }, target, attempt, plan: chosen }) =>
      askChat({ ...shared, call, original }, target, attempt, chosen),
  })
  const { call } = governedCall
  if (result.kind === 'stream') {
    exchange.stream = result.stream
    return { kind: 'streamed-chat', stream: result.stream, call, served: result.served }
  }
  const raw = result.served.passThrough ? result.raw : undefined
  return { kind: 'whole-chat', answer: result.answer, call, raw, served: result.served }
}

function encodeChat(exchange: Exchange, surface: ChatSurface, answer: Answer): Encoded {
  const { dialect } = surface
  switch (answer.kind) {
    case 'whole-chat': {
      if (answer.raw !== undefined) return { kind: 'whole', status: 200, body: answer.raw }
      const context = { call: answer.call, id: idOf(exchange, surface), createdAt: exchange.startedAt }
      return { kind: 'whole', status: 200, body: JSON.stringify(dialect.encodeAnswer(answer.answer, context)) }
    }
    case 'streamed-chat': {
      const source = relayOf(exchange, surface, answer)
      return { kind: 'stream', contentType: surface.streamContentType ?? 'text/event-stream; charset=utf-8', source }
    }
    case 'ready':
      return { kind: 'whole', status: answer.status, body: answer.body }
    case 'whole-embed':
      throw new GatewayError('internal', { internalDetail: 'vectors given to a conversation' })
  }
}

function relayOf(exchange: Exchange, surface: ChatSurface, answer: StreamedChat): Relay {
  const { dialect, pass } = surface
  const { call, guard, served, stream } = answer
  const encoder = dialect.encodeStream({ call, id: idOf(exchange, surface), createdAt: exchange.startedAt })
  const withoutUsage = call.includeUsage ? undefined : pass?.withoutUsage
  const passThrough = served.passThrough && !(guard && pass?.repeatsTexts)
  const carrier =
    passThrough && pass && !guard
      ? byteCarrier(pass, { choices: call.sampling.n ?? 1, includeUsage: call.includeUsage })
      : frameCarrier({ upstream: stream.dialect, encoder, guard, passThrough, withoutUsage })
  // What passes as it is brings its own end with it, but for the one that the gate writes itself.
  const terminator = pass?.terminator === undefined ? '' : `data: ${pass.terminator}\n\n`
  const closing = passThrough ? () => terminator : encoder.end
  return new Relay({ exchange, answer, carrier, encoder, closing, framing: surface.framing?.() })
}

/** The operation's own id in the form that clients of the dialect expect. */
function idOf(exchange: Exchange, surface: ChatSurface): string {
  return surface.idPrefix + exchange.id.slice(exchange.id.indexOf('_') + 1)
}
