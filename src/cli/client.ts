import { type ApiClient, apiClient } from '../contract/client.ts'
import { GatewayError } from '../lib/errors.ts'
import type { Problem } from '../platform/documents/index.ts'
import { type CommandContext, CommandError } from './command.ts'

/** One call of the control plane. */
export interface ApiCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With its query: `/api/v1/documents?limit=10`. */
  readonly path: string
  readonly body?: unknown
}

/** The documents that were sent are not valid. */
export class InvalidAnswer extends Error {
  override readonly name = 'InvalidAnswer'
  constructor(readonly problems: readonly Problem[]) {
    super(`${problems.length} problems`)
  }
}

const MOST_BYTES = 256 * 1_024 * 1_024
const TIMEOUT_MS = 120_000
const DEFAULT_URL = 'http://127.0.0.1:8080'

/**
 * Calls the gateway at GATEHOUSE_URL with GATEHOUSE_TOKEN and gives the answer's text. Throws {@link InvalidAnswer}, and
 * {@link CommandError} for every other answer that is not a success.
 */
export async function callApi(context: CommandContext, { method, path, body }: ApiCall): Promise<string> {
  const base = (context.environment.GATEHOUSE_URL || DEFAULT_URL).replace(/\/+$/, '')
  const token = context.environment.GATEHOUSE_TOKEN
  if (!token) throw new CommandError(['Set GATEHOUSE_TOKEN to a key that may administer the gateway.'])
  const expiry = new AbortController()
  const timer = context.clock.schedule(TIMEOUT_MS, () =>
    expiry.abort(new DOMException('no answer within two minutes', 'TimeoutError')),
  )
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  try {
    const answer = await context.egress().send({
      url: `${base}${path}`,
      method,
      headers,
      network: 'private',
      signal: expiry.signal,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await answer.text(MOST_BYTES)
    if (answer.status < 300) return text
    throw failure(answer.status, text)
  } catch (cause) {
    if (cause instanceof GatewayError) throw new CommandError([`${base}: ${cause.publicMessage}`])
    throw cause
  } finally {
    timer.cancel()
  }
}

/** The control plane by the names and types of its contract. Throws as {@link callApi} does. */
export function api(context: CommandContext): ApiClient {
  return apiClient(async ({ method, path, body }) => {
    // What is no success has been thrown in the command's own words by then.
    const text = await callApi(context, { method, path, ...(body === undefined ? {} : { body: JSON.parse(body) }) })
    return { status: 200, text }
  })
}

/** The same, with the answer read as JSON. What it holds is what the contract of that address says. */
export async function callJson<T>(context: CommandContext, call: ApiCall): Promise<T> {
  return JSON.parse(await callApi(context, call)) as T
}

function failure(status: number, text: string): Error {
  try {
    const { title, code, problems } = JSON.parse(text) as {
      readonly title?: string
      readonly code?: string
      readonly problems?: readonly Problem[]
    }
    if (problems) return new InvalidAnswer(problems)
    return new CommandError([`${title ?? 'The gateway refused.'} (${status} ${code ?? ''})`.replace(' )', ')')])
  } catch {
    return new CommandError([
      `The gateway answered ${status} with something that is not an answer of its control plane.`,
    ])
  }
}
