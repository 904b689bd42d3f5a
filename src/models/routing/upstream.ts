import type { Clock } from '../../lib/clock.ts'
import { GatewayError } from '../../lib/errors.ts'
import { type JsonEdit, patchJson } from '../../lib/json.ts'
import type { DialectName, EncodeContext, EncodedCall, TextEdit, UpstreamDialect } from '../dialects/index.ts'
import type { TokenCache, Transport, UpstreamRequest, UpstreamResponse, Wire } from '../providers/index.ts'
import type { Deadline, DeadlineWatch } from './deadline.ts'
import type { Attempt, Target } from './served.ts'

/** The way to the providers: the one egress, and the secrets it needs; built in `server/compose.ts`. */
export interface Upstream {
  readonly clock: Clock
  /** Looks after the time of every attempt. */
  readonly watch: DeadlineWatch
  /** Out of this process, through the guard of `platform/egress`. */
  readonly transport: Transport
  /** The secret behind a `secret://` reference, from memory; `undefined` when it could not be resolved. */
  readonly secret: (reference: string) => string | undefined
  /** Short-lived tokens that credentials were traded for. */
  readonly tokens: TokenCache
}

/** What the caller sent, for the case that it may pass as it is. */
export interface Original {
  readonly dialect: DialectName
  readonly text: string
  readonly edits: readonly TextEdit[]
  /** The body says whether to stream (all dialects but Gemini's). */
  readonly stream: boolean
}

/** A wrong answer is read this far, for the log. */
const MAX_REFUSAL_BYTES = 65_536
/** A whole answer is at most this long. */
const MAX_ANSWER_BYTES = 64 * 1_048_576

/** The wire to speak with a target: the caller's own dialect where the provider knows it, else its first. */
export function wireFor(target: Target, dialect: DialectName): Wire<UpstreamDialect> {
  const wires = target.type.chat(target.model)
  const own = wires.find((wire) => wire.dialect.name === dialect)
  const first = own ?? wires[0]
  if (!first) {
    throw new GatewayError('unsupported_content', {
      message: `The provider ${target.provider.name} does not converse.`,
    })
  }
  return first
}

/** What becomes of a caller's own bytes besides the governed fields. */
export interface Patches {
  /** What the target's departures from its dialect demand. */
  readonly fitted?: readonly JsonEdit[]
  readonly wire: Wire<unknown>
}

/** The caller's own bytes with the governed fields patched: the model's name, masked spans, usage in streams. */
export function patchedBody(original: Original, target: Target, { fitted = [], wire }: Patches): string {
  const edits: JsonEdit[] = original.edits.map((edit) => ({ at: edit.at, literal: JSON.stringify(edit.text) }))
  if (original.dialect !== 'gemini') edits.push({ at: ['model'], literal: JSON.stringify(target.model) })
  if (original.stream && original.dialect === 'openai-completions') {
    edits.push({ at: ['stream_options', 'include_usage'], literal: 'true' })
  }
  edits.push(...fitted, ...(wire.edits ?? []))
  return patchJson(original.text, edits)
}

/** What one request is made of. */
export interface Sending {
  readonly upstream: Upstream
  readonly target: Target
  readonly attempt: Attempt
  readonly deadline: Deadline
  readonly url: string
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
  /** The media type that is asked for. */
  readonly accept: string
  /** How long a connection may take, milliseconds. */
  readonly connectTimeoutMs?: number
}

/** Sends one request with the provider's credential. The answer may be of any status. */
export async function send(sending: Sending): Promise<UpstreamResponse> {
  const { upstream, target, attempt, deadline } = sending
  const { provider, type } = target
  const plain: UpstreamRequest = {
    method: 'POST',
    url: sending.url,
    network: provider.network,
    body: sending.body,
    ...(sending.connectTimeoutMs === undefined ? {} : { connectTimeoutMs: sending.connectTimeoutMs }),
    headers: {
      'content-type': 'application/json',
      accept: sending.accept,
      ...joinedHeaders(sending.headers, provider.headers),
    },
  }
  const transport = type.transport ?? upstream.transport
  const secret = secretOf(upstream, target)
  const authorized =
    secret === undefined ? plain : await untilAborted(authorize(sending, plain, secret), deadline.signal)
  try {
    // Whoever left while the credential was fetched asks nothing any more.
    deadline.signal.throwIfAborted()
    attempt.sent = true
    const response = await transport(authorized, deadline.signal)
    attempt.status = response.status
    return response
  } catch (cause) {
    throw deadline.explain(cause)
  }
}

function authorize({ upstream, target }: Sending, plain: UpstreamRequest, secret: string) {
  return target.type.authorize(plain, secret, {
    settings: target.provider,
    nowMs: upstream.clock.now(),
    exchange: upstream.transport,
    tokens: upstream.tokens,
  })
}

/** Others may wait for the same token: the call that is given up stops waiting, the trade goes on. */
function untilAborted<T>(value: T | Promise<T>, signal: AbortSignal): T | Promise<T> {
  if (!(value instanceof Promise)) return value
  return new Promise<T>((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort, { once: true })
    value.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

/** Headers of two origins; of those named twice the later counts, but Anthropic's list of betas is joined. */
export function joinedHeaders(
  first: Readonly<Record<string, string>> = {},
  second: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const betas = [first[BETAS], second[BETAS]].filter((value) => value !== undefined)
  if (betas.length < 2) return { ...first, ...second }
  const all = betas.flatMap((value) => value.split(',').map((beta) => beta.trim()))
  return { ...first, ...second, [BETAS]: [...new Set(all)].join(',') }
}

const BETAS = 'anthropic-beta'

function secretOf(upstream: Upstream, target: Target): string | undefined {
  const { credential, name } = target.provider
  if (!credential) return undefined
  const secret = upstream.secret(credential)
  if (secret !== undefined) return secret
  throw new GatewayError('upstream_auth', {
    message: `The gateway has no credential for the provider ${name}. Tell your administrator.`,
    internalDetail: `the credential of provider ${name} could not be resolved`,
  })
}

/** A response that is not a success, as the provider's refusal. Reads at most 64 KiB of it. */
export async function refusalOf(
  response: UpstreamResponse,
  dialect: Pick<UpstreamDialect, 'decodeError'>,
  deadline: Deadline,
): Promise<GatewayError> {
  let text = ''
  try {
    text = await response.text(MAX_REFUSAL_BYTES)
  } catch {
    // The status alone says enough.
  }
  deadline.abort()
  return dialect.decodeError({ status: response.status, headers: response.headers, text })
}

/** The whole body of a success as text. Throws `upstream_invalid` when it is too long, `upstream_error` when it is cut. */
export async function wholeBody(response: UpstreamResponse, deadline: Deadline): Promise<string> {
  try {
    return await response.text(MAX_ANSWER_BYTES)
  } catch (cause) {
    throw deadline.explain(cause)
  }
}

/** The body as a JSON object. Throws `upstream_invalid`. */
export function answerObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Readonly<Record<string, unknown>>
  } catch {
    // Told below.
  }
  throw new GatewayError('upstream_invalid', { internalDetail: `not a JSON object: ${glimpseOf(text)}` })
}

/** A page of a proxy tells what went wrong; half an answer of a model is content, which stands in no log. */
function glimpseOf(text: string): string {
  return text.trimStart().startsWith('<') ? text.slice(0, 200).toWellFormed() : `${text.length} characters`
}

/** A call encoded for a wire. */
export function finishBody(wire: Wire<unknown>, encoded: EncodedCall): string {
  const body = JSON.stringify(encoded.body)
  return wire.edits ? patchJson(body, wire.edits) : body
}

/** What encoders are told about a target. */
export function encodeContext(target: Target, strict: boolean, warn: (warning: string) => void): EncodeContext {
  return { target: target.traits, strict, warn }
}
