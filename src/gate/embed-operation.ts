import type { Channel, Segment } from '../governance/guardrails/index.ts'
import { GatewayError } from '../lib/errors.ts'
import { estimateTokens } from '../models/catalog/index.ts'
import type { EmbedCall, EmbedDialect, TextEdit } from '../models/dialects/index.ts'
import { askEmbed } from '../models/routing/index.ts'
import { askModel, planOf } from './ask-model.ts'
import { bodyOf } from './chat-operation.ts'
import type { Exchange } from './exchange.ts'
import type { EmbedGoverned } from './governed.ts'
import type { Grant } from './grant.ts'
import type { Incoming } from './incoming.ts'
import type { Answer, Encoded, Operation } from './operation.ts'
import { type Visit, walkJson } from './texts.ts'

/** What sets one embedding surface apart from another. */
export interface EmbedSurface {
  readonly name: string
  readonly dialect: EmbedDialect
  readonly fromAddress?: Readonly<Record<string, unknown>>
}

/** One request for vectors by one surface. */
export function embedOperation(surface: EmbedSurface, incoming: Incoming): Operation<EmbedGoverned> {
  const { dialect } = surface
  return {
    kind: 'model.embed',
    surface: surface.name,
    incoming,
    decode: () => governed(dialect.decodeCall(bodyOf(incoming, surface.fromAddress)), incoming.text),
    perform: performEmbed,
    encode: (_exchange, answer) => encodeEmbed(dialect, answer),
    encodeError: dialect.encodeError,
  }
}

function governed(call: EmbedCall, text: string): EmbedGoverned {
  const inputTokens = estimateTokens(text)
  return {
    kind: 'embed',
    call,
    resource: { kind: 'model', name: call.model },
    estimate: { inputTokens, outputTokens: 0 },
    facts: { stream: false, tools: false, tokens: inputTokens, model: call.model },
    segments: () => segmentsOf(call),
    withTexts: (texts) => rewritten(governed(call, text), texts),
    original: { dialect: call.dialect, text, edits: [], stream: false },
  }
}

const TOKEN_IDS = 'Send text instead of token ids.'
const CHANNEL: Channel = 'user'

function segmentsOf(call: EmbedCall): readonly Segment[] {
  const segments: Segment[] = []
  walk(call, (channel, text) => {
    segments.push({ channel, text })
    return undefined
  })
  const hasTokens = call.inputs.some(({ kind }) => kind === 'tokens')
  return hasTokens ? [...segments, { channel: CHANNEL, text: '', unreadable: TOKEN_IDS }] : segments
}

/** Every text that goes to the upstream, in a fixed order. */
function walk(call: EmbedCall, visit: Visit): EmbedCall {
  const inputs = call.inputs.map((input) => {
    if (input.kind !== 'text') return input
    const text = visit(CHANNEL, input.text, input.at) ?? input.text
    return { ...input, text, title: walkJson(input.title, CHANNEL, visit) }
  })
  return { ...call, inputs, user: walkJson(call.user, CHANNEL, visit), rest: walkJson(call.rest, CHANNEL, visit) }
}

function rewritten(before: EmbedGoverned, texts: ReadonlyMap<number, string>): EmbedGoverned {
  const edits: TextEdit[] = []
  let mustEncode = false
  let number = 0
  const call = walk(before.call, (_channel, _text, at) => {
    const text = texts.get(number++)
    if (text === undefined) return undefined
    if (at) edits.push({ at, text })
    else mustEncode = true
    return text
  })
  const original = mustEncode || !before.original ? undefined : { ...before.original, edits }
  return { ...before, call, original, segments: () => segmentsOf(call) }
}

async function performEmbed(exchange: Exchange, grant: Grant, governedCall: EmbedGoverned): Promise<Answer> {
  const { call } = governedCall
  const plan = planOf(exchange, call.model)
  const { warn, signal } = exchange
  const shared = { upstream: exchange.gate.upstream, strict: plan.strict, warn, signal }
  const { answer, raw, served } = await askModel(exchange, {
    plan,
    grant,
    call: governedCall,
    ask: ({ call: asked, target, attempt, plan: chosen }) =>
      askEmbed({ ...shared, call: asked.call, original: asked.original }, target, attempt, chosen),
  })
  return { kind: 'whole-embed', answer, call, raw: served.passThrough ? raw : undefined, served }
}

function encodeEmbed(dialect: EmbedDialect, answer: Answer): Encoded {
  if (answer.kind !== 'whole-embed')
    throw new GatewayError('internal', { internalDetail: `vectors wanted, got ${answer.kind}` })
  const body = answer.raw ?? JSON.stringify(dialect.encodeAnswer(answer.answer, answer.call))
  return { kind: 'whole', status: 200, body }
}
