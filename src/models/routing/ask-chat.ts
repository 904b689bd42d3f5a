import { GatewayError } from '../../lib/errors.ts'
import type { AnswerEvent, BlockDelta, ChatAnswer, ChatCall, Frame, UpstreamDialect } from '../dialects/index.ts'
import type { UpstreamResponse, Wire } from '../providers/index.ts'
import { Deadline } from './deadline.ts'
import { kindsByUrl, type MediaMemo, withInlineMedia } from './inline-media.ts'
import type { ModelPlan } from './plan.ts'
import type { Attempt, Served, ServedStream, Target } from './served.ts'
import {
  answerObject,
  encodeContext,
  finishBody,
  joinedHeaders,
  type Original,
  patchedBody,
  refusalOf,
  send,
  type Upstream,
  wholeBody,
  wireFor,
} from './upstream.ts'

/** One conversation to be asked of a target. */
export interface ChatAsk {
  readonly upstream: Upstream
  readonly call: ChatCall
  /** The caller's own bytes; absent when the call must be encoded anew whatever the target speaks. */
  readonly original: Original | undefined
  /** Refuse what a target cannot honour instead of dropping it. */
  readonly strict: boolean
  readonly warn: (warning: string) => void
  readonly signal: AbortSignal
  /** Headers of the caller's that may reach an upstream of the caller's own dialect; the surface has chosen them. */
  readonly forward?: Readonly<Record<string, string>>
  /** Media fetched by earlier attempts of the same operation. */
  readonly media?: MediaMemo
}

/** What a target answered. */
export type ChatServed =
  | { readonly kind: 'whole'; readonly answer: ChatAnswer; readonly raw: string; readonly served: Served }
  | { readonly kind: 'stream'; readonly stream: ServedStream; readonly served: Served }

/** Asks one target. A stream is given back once its first content has come, so that until then another can be asked. */
export async function askChat(ask: ChatAsk, target: Target, attempt: Attempt, plan: ModelPlan): Promise<ChatServed> {
  const wire = wireFor(target, ask.call.dialect)
  const passThrough = wire.passThrough && wire.dialect.name === ask.call.dialect
  const served: Served = { target, attempt, dialect: wire.dialect.name, passThrough }
  const { clock, watch } = ask.upstream
  const deadline = new Deadline({ clock, watch, totalMs: plan.timeouts.totalMs, client: ask.signal })
  deadline.enter('firstToken', plan.timeouts.firstTokenMs)
  try {
    const { body, headers } = await outgoing(ask, wire, { target, passThrough, signal: deadline.signal })
    const url = wire.url(target.provider, { model: target.model, stream: ask.call.stream })
    const accept = ask.call.stream ? (wire.streamType ?? 'text/event-stream') : 'application/json'
    const sending = {
      upstream: ask.upstream,
      target,
      attempt,
      deadline,
      url,
      body,
      headers,
      accept,
      connectTimeoutMs: plan.timeouts.connectMs,
    }
    const response = await send(sending)
    if (response.status < 200 || response.status > 299) throw await refusalOf(response, wire.dialect, deadline)
    if (!ask.call.stream) {
      const answered = await whole(ask, wire.dialect, response, deadline, served)
      if (isFilteredAway(answered.answer)) refuseFiltered(plan)
      return answered
    }
    const stream = await begin({ ask, dialect: wire.dialect, response, deadline, attempt, plan })
    return { kind: 'stream', stream, served }
  } catch (cause) {
    deadline.abort(cause)
    throw deadline.explain(cause)
  }
}

interface Destination {
  readonly target: Target
  readonly passThrough: boolean
  readonly signal: AbortSignal
}

/** The caller's own bytes where they may pass and everything in them can be taken as it is; else the call, encoded. */
async function outgoing(ask: ChatAsk, wire: Wire<UpstreamDialect>, { target, passThrough, signal }: Destination) {
  const { dialect } = wire
  const isOwn = dialect.name === ask.call.dialect
  const staying = kindsByUrl(ask.call.dialect, dialect.name, target.traits)
  const call = await withInlineMedia(ask.call, staying, {
    upstream: ask.upstream,
    signal,
    memo: ask.media ?? new Map(),
  })
  const context = encodeContext(target, ask.strict, ask.warn)
  const forward = isOwn ? ask.forward : undefined
  if (passThrough && ask.original && call === ask.call) {
    const fitted = dialect.passEdits?.(ask.original.text, call, context)
    return { body: patchedBody(ask.original, target, { fitted, wire }), headers: forward }
  }
  const encoded = dialect.encodeCall({ ...call, model: target.model }, context)
  return { body: finishBody(wire, encoded), headers: joinedHeaders(forward, encoded.headers) }
}

async function whole(
  ask: ChatAsk,
  dialect: UpstreamDialect,
  response: UpstreamResponse,
  deadline: Deadline,
  served: Served,
): Promise<ChatServed & { readonly kind: 'whole' }> {
  const raw = await wholeBody(response, deadline)
  deadline.clear()
  const answer = dialect.decodeAnswer(answerObject(raw))
  if (answer.usage) served.attempt.usage = answer.usage
  served.attempt.durationMs = ask.upstream.clock.monotonic() - served.attempt.startedTick
  return { kind: 'whole', answer, raw, served }
}

/** Anthropic's filters end an answer as a refusal (vendor page "Handling stop reasons", 2026-11). */
const FILTERED = new Set<ChatAnswer['choices'][number]['finish']>(['content-filter', 'refusal'])

/** A provider's filter left nothing of the answer. */
function isFilteredAway({ choices }: ChatAnswer): boolean {
  return (
    choices.length > 0 &&
    choices.every(
      ({ finish, blocks }) =>
        FILTERED.has(finish) && blocks.every((block) => block.kind === 'text' && block.text === ''),
    )
  )
}

/** An answer that was filtered away is an error where the policy has another model for it; else the caller reads it. */
function refuseFiltered(plan: ModelPlan): void {
  if (plan.fallbackTo.length === 0 || !plan.fallbackOn.has('content-filter')) return
  throw new GatewayError('content_filtered', { internalDetail: 'the answer said so itself, with a status of 200' })
}

interface Beginning {
  readonly ask: ChatAsk
  readonly dialect: UpstreamDialect
  readonly response: UpstreamResponse
  readonly deadline: Deadline
  readonly attempt: Attempt
  readonly plan: ModelPlan
}

/** How much may come in whole events before the first content. */
const MAX_HEAD_BYTES = 1_048_576
/** How much may come at all: one event may be long, an image in base64. */
const MAX_FIRST_EVENT_BYTES = 33 * 1_048_576
/** How much is looked at in one go for the first content. */
const PIECE_BYTES = 512

/** Reads up to the first content. An error event or a cut before it is an error like any other, and can be retried. */
async function begin(beginning: Beginning): Promise<ServedStream> {
  const { ask, dialect, response, deadline, attempt, plan } = beginning
  if (!response.body) throw new GatewayError('upstream_invalid', { internalDetail: 'a stream without a body' })
  const reader = response.body.getReader()
  const decoder = dialect.decodeStream()
  const head: Uint8Array[] = []
  let bytes = 0
  let eventBytes = 0
  let ended = false
  for (let content = false; !content; ) {
    const { done, value } = await reader.read()
    deadline.signal.throwIfAborted()
    if (done) {
      const last = decoder.end()
      if (!last.complete)
        throw new GatewayError('upstream_error', { message: 'The provider ended the answer before it began.' })
      noteUsage(last.frames, attempt)
      hasContent(last.frames, plan)
      ended = true
      break
    }
    head.push(value)
    bytes += value.byteLength
    // Only as much is decoded as it takes: one read may hold the whole answer, which the relay reads anyway.
    let bearsEvents = false
    for (let at = 0; at < value.byteLength && !content; at += PIECE_BYTES) {
      const frames = decoder.push(value.subarray(at, at + PIECE_BYTES))
      noteUsage(frames, attempt)
      content = hasContent(frames, plan)
      bearsEvents ||= frames.length > 0
    }
    if (bearsEvents) eventBytes += value.byteLength
    if (!content && (eventBytes > MAX_HEAD_BYTES || bytes > MAX_FIRST_EVENT_BYTES))
      throw new GatewayError('upstream_invalid', { internalDetail: 'a megabyte without content' })
  }
  attempt.firstTokenMs = ask.upstream.clock.monotonic() - attempt.startedTick
  if (ended) deadline.clear()
  // Nothing is read until the client asks for more.
  else deadline.pause()
  return { dialect, head, next: nextChunk, cancel: () => deadline.abort(new GatewayError('client_closed')) }

  function nextChunk(): Promise<Uint8Array | undefined> {
    if (ended) return Promise.resolve(undefined)
    deadline.enter('idle', plan.timeouts.idleMs)
    return reader.read().then(received, failed)
  }
  function received({ done, value }: { done: boolean; value?: Uint8Array | undefined }): Uint8Array | undefined {
    if (deadline.signal.aborted) failed(deadline.signal.reason)
    deadline.pause()
    if (!done) return value
    ended = true
    deadline.clear()
    return undefined
  }
  function failed(cause: unknown): never {
    ended = true
    const error = deadline.explain(cause)
    deadline.abort(error)
    throw error
  }
}

/** What was used is owed, also where the attempt fails before anything of its answer is given out. */
function noteUsage(frames: readonly Frame[], attempt: Attempt): void {
  for (const { events } of frames) for (const event of events) if (event.kind === 'usage') attempt.usage = event.usage
}

/** Whether frames bear something to see. Throws `content_filtered` when all they say is that nothing will come. */
function hasContent(frames: readonly Frame[], plan: ModelPlan): boolean {
  const [first] = frames.flatMap((frame) => frame.events.filter(isContent))
  if (first?.kind === 'finish' && FILTERED.has(first.finish)) refuseFiltered(plan)
  return first !== undefined
}

/** Something the client would see: from here on there is no going back. */
function isContent(event: AnswerEvent): boolean {
  return (
    (event.kind === 'block-delta' && !isEmpty(event.delta)) ||
    event.kind === 'finish' ||
    (event.kind === 'block-start' && event.start.kind !== 'text')
  )
}

function isEmpty(delta: BlockDelta): boolean {
  return (delta.kind === 'text' || delta.kind === 'reasoning') && delta.text === ''
}
