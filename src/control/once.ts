import type { Claim, Replay, Replays } from '../gate/index.ts'
import type { ControlReply, ControlRequest } from './route-types.ts'

/** A request that may have been made before. */
export interface Repeatable {
  readonly incoming: { readonly method: string; readonly path: string; readonly query: URLSearchParams }
  readonly text: string
}

/**
 * The first answer to the same POST under the same `idempotency-key`, or a claim to give it. Undefined when none is asked
 * for. Each caller has keys of their own. Throws `idempotency_conflict`, `invalid_request`.
 */
export function onceFor(
  { replays, now }: { readonly replays: Replays; readonly now: () => number },
  { headers, caller, session }: ControlRequest,
  { incoming, text }: Repeatable,
): Replay | Claim | undefined {
  const given = headers.get('idempotency-key')
  if (!given || incoming.method !== 'POST') return undefined
  return replays.claim({
    given,
    scope: `control\n${caller.principal}\n${caller.key ?? ''}\n${session?.id ?? ''}`,
    content: `${incoming.path}\n${incoming.query}\n${text}`,
    nowMs: now(),
  })
}

/** What of an answer is kept; undefined for what is read as it comes. */
export function kept({ status, body, headers }: ControlReply): Replay['kept'] | undefined {
  if (body instanceof ReadableStream) return undefined
  const isText = typeof body === 'string'
  const contentType = headers?.['content-type'] ?? (isText ? 'text/plain; charset=utf-8' : 'application/json')
  return { status, contentType, body: isText ? body : body === undefined ? '' : JSON.stringify(body) }
}

/** The first answer, given again. */
export function replayed({ kept: { status, contentType, body } }: Replay): ControlReply {
  const headers = { 'idempotency-replayed': 'true' }
  return body === '' ? { status, headers } : { status, body, headers: { ...headers, 'content-type': contentType } }
}
