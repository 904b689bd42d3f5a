import type { GatewayError } from '../../../lib/errors.ts'
import type { Finish, Usage } from '../canonical.ts'
import type { AnswerContext, JsonObject } from '../dialect.ts'
import { encodeUsage } from './usage.ts'

/** What is known of a response besides what it repeats of its request. */
export interface ResponseFacts {
  readonly id: string
  readonly model: string
  /** Epoch milliseconds. */
  readonly createdAt: number
  readonly status: 'in_progress' | 'completed' | 'incomplete' | 'failed'
  readonly output: readonly JsonObject[]
  readonly usage?: Usage | undefined
  readonly incomplete?: 'max_output_tokens' | 'content_filter' | undefined
  readonly error?: GatewayError
  readonly serviceTier?: string | undefined
}

/** A whole response object (OpenAI API reference, 2026-11), with every member that clients' types demand. */
export function responseObject({ call }: AnswerContext, facts: ResponseFacts): JsonObject {
  const echo = call.dialect === 'openai-responses' ? (call.echo ?? {}) : {}
  return {
    id: facts.id,
    object: 'response',
    created_at: Math.floor(facts.createdAt / 1000),
    status: facts.status,
    background: false,
    error: facts.error === undefined ? null : responseErrorOf(facts.error),
    incomplete_details: facts.incomplete === undefined ? null : { reason: facts.incomplete },
    instructions: null,
    max_output_tokens: null,
    metadata: {},
    model: facts.model || call.model,
    output: facts.output,
    parallel_tool_calls: true,
    previous_response_id: null,
    reasoning: { effort: null, summary: null },
    store: true,
    temperature: null,
    text: { format: { type: 'text' } },
    tool_choice: 'auto',
    tools: [],
    top_p: null,
    truncation: 'disabled',
    user: null,
    ...echo,
    usage: facts.usage === undefined ? null : encodeUsage(facts.usage),
    ...(facts.serviceTier === undefined ? {} : { service_tier: facts.serviceTier }),
  }
}

/** Why an answer is not whole, in R's words; undefined when it is. */
export function incompleteReason(finish: Finish): ResponseFacts['incomplete'] {
  if (finish === 'length') return 'max_output_tokens'
  return finish === 'content-filter' ? 'content_filter' : undefined
}

/** A failure as `response.error`. R knows few codes for what fails while it answers; ours stands beside them. */
export function responseErrorOf(error: GatewayError): JsonObject {
  const isRate = error.status === 429
  const code = isRate
    ? 'rate_limit_exceeded'
    : error.status < 500 && error.status !== 499
      ? 'invalid_prompt'
      : 'server_error'
  return { code, message: error.publicMessage, gatehouse: { code: error.code, ...error.facts } }
}
