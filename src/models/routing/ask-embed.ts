import { GatewayError } from '../../lib/errors.ts'
import type { DialectName, EmbedAnswer, EmbedCall } from '../dialects/index.ts'
import { Deadline } from './deadline.ts'
import type { ModelPlan } from './plan.ts'
import type { Attempt, Served, Target } from './served.ts'
import {
  answerObject,
  encodeContext,
  finishBody,
  type Original,
  patchedBody,
  refusalOf,
  send,
  type Upstream,
  wholeBody,
} from './upstream.ts'

/** Texts to be embedded by a target. */
export interface EmbedAsk {
  readonly upstream: Upstream
  readonly call: EmbedCall
  readonly original: Original | undefined
  readonly strict: boolean
  readonly warn: (warning: string) => void
  readonly signal: AbortSignal
}

/** The vectors, beside the upstream's own bytes. */
export interface EmbedServed {
  readonly answer: EmbedAnswer
  readonly raw: string
  readonly served: Served
}

/** Asks one target for embeddings. */
export async function askEmbed(ask: EmbedAsk, target: Target, attempt: Attempt, plan: ModelPlan): Promise<EmbedServed> {
  const wire = target.type.embed
  if (!wire)
    throw new GatewayError('unsupported_content', { message: `The provider ${target.provider.name} does not embed.` })
  const dialect: DialectName = wire.dialect.name
  const passThrough = wire.passThrough && dialect === ask.call.dialect
  const body =
    passThrough && ask.original
      ? patchedBody(ask.original, target)
      : finishBody(
          wire,
          wire.dialect.encodeCall({ ...ask.call, model: target.model }, encodeContext(target, ask.strict, ask.warn)),
          target,
        )
  const deadline = new Deadline(ask.upstream.clock, plan.timeouts.totalMs, ask.signal)
  deadline.enter('firstToken', plan.timeouts.firstTokenMs)
  try {
    const url = wire.url(target.provider, { model: target.model, stream: false })
    const response = await send({ upstream: ask.upstream, target, attempt, deadline, url, body, stream: false })
    if (response.status < 200 || response.status > 299) throw await refusalOf(response, wire.dialect, deadline)
    const raw = await wholeBody(response, deadline)
    deadline.clear()
    const answer = wire.dialect.decodeAnswer(answerObject(raw))
    attempt.durationMs = ask.upstream.clock.monotonic() - attempt.startedTick
    return { answer, raw, served: { target, attempt, dialect, passThrough } }
  } catch (cause) {
    deadline.abort(cause)
    throw deadline.explain(cause)
  }
}
