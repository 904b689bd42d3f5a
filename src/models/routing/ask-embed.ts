import { GatewayError } from '../../lib/errors.ts'
import type { EmbedAnswer, EmbedCall, UpstreamEmbedDialect } from '../dialects/index.ts'
import type { Wire } from '../providers/index.ts'
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

/** Asks one target for embeddings; a list of texts by several calls where it takes one text a call. */
export async function askEmbed(ask: EmbedAsk, target: Target, attempt: Attempt, plan: ModelPlan): Promise<EmbedServed> {
  const wire = target.type.embed?.(target.model)
  if (!wire)
    throw new GatewayError('unsupported_content', { message: `The provider ${target.provider.name} does not embed.` })
  const { name } = wire.dialect
  const passThrough = wire.passThrough && name === ask.call.dialect
  const { clock, watch } = ask.upstream
  const deadline = new Deadline({ clock, watch, totalMs: plan.timeouts.totalMs, client: ask.signal })
  const asking: Asking = { ask, wire, target, attempt, deadline, plan }
  try {
    const original = passThrough ? ask.original : undefined
    const { answer, raw } = await (original
      ? askOnce(asking, patchedBody(original, target, { wire }))
      : askEncoded(asking, ask.call))
    deadline.clear()
    attempt.durationMs = clock.monotonic() - attempt.startedTick
    return { answer, raw, served: { target, attempt, dialect: name, passThrough } }
  } catch (cause) {
    deadline.abort(cause)
    throw deadline.explain(cause)
  }
}

interface Asking {
  readonly ask: EmbedAsk
  readonly wire: Wire<UpstreamEmbedDialect>
  readonly target: Target
  readonly attempt: Attempt
  readonly deadline: Deadline
  readonly plan: ModelPlan
}

type Embedded = Pick<EmbedServed, 'answer' | 'raw'>

/** Calls at once where a list becomes several. */
const AT_ONCE = 8

async function askEncoded(asking: Asking, call: EmbedCall): Promise<Embedded> {
  if (asking.wire.oneAtATime !== true || call.inputs.length < 2) return askOnce(asking, encoded(asking, call))
  const bodies = call.inputs.map((input) => encoded(asking, { ...call, inputs: [input] }))
  const answers: EmbedAnswer[] = []
  for (let from = 0; from < bodies.length; from += AT_ONCE) {
    const some = await Promise.all(bodies.slice(from, from + AT_ONCE).map((body) => askOnce(asking, body)))
    answers.push(...some.map(({ answer }) => answer))
  }
  return { answer: joined(answers), raw: '' }
}

/** The vectors in order; the usage is known only when every answer told it. */
function joined(answers: readonly EmbedAnswer[]): EmbedAnswer {
  const model = answers[0]?.model ?? ''
  const vectors = answers.flatMap((answer) => answer.vectors)
  let inputTokens = 0
  for (const { usage } of answers) {
    if (usage === undefined) return { kind: 'embed', model, vectors }
    inputTokens += usage.inputTokens
  }
  return { kind: 'embed', model, vectors, usage: { inputTokens, outputTokens: 0 } }
}

function encoded({ ask, wire, target }: Asking, call: EmbedCall): string {
  const context = encodeContext(target, ask.strict, ask.warn)
  return finishBody(wire, wire.dialect.encodeCall({ ...call, model: target.model }, context))
}

async function askOnce({ ask, wire, target, attempt, deadline, plan }: Asking, body: string): Promise<Embedded> {
  deadline.enter('firstToken', plan.timeouts.firstTokenMs)
  const url = wire.url(target.provider, { model: target.model, stream: false })
  const accept = 'application/json'
  const connectTimeoutMs = plan.timeouts.connectMs
  const response = await send({
    upstream: ask.upstream,
    target,
    attempt,
    deadline,
    url,
    body,
    accept,
    connectTimeoutMs,
  })
  if (response.status < 200 || response.status > 299) throw await refusalOf(response, wire.dialect, deadline)
  const raw = await wholeBody(response, deadline)
  return { answer: wire.dialect.decodeAnswer(answerObject(raw)), raw }
}
