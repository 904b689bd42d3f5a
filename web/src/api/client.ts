/** What went wrong with a request, as the control plane tells it (RFC 9457). */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly requestId: string | undefined,
    /** All that the answer said. */
    readonly facts: Readonly<Record<string, unknown>>,
  ) {
    super(message)
  }
}

/** How a request differs from a plain GET. */
export interface AskOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal | undefined
}

/** A change wants to know anew who is at the page. Whoever takes it prevents its default, and settles it. */
export class ProofWanted extends Event {
  constructor(readonly settle: (proved: boolean) => void) {
    super(ProofWanted.type, { cancelable: true })
  }
  /** Where to listen: on `window`. */
  static readonly type = 'gatehouse:proof'
}

/** Asks the page to ask its person; false when they would not, or nothing listens. */
function prove(): Promise<boolean> {
  return new Promise((settle) => {
    const isTaken = !window.dispatchEvent(new ProofWanted(settle))
    if (!isTaken) settle(false)
  })
}

/** A query string without what is undefined or empty; `''` when nothing is left. */
export function queryOf(params: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(params).filter(([, value]) => value !== undefined && value !== '')
  const query = new URLSearchParams(given.map(([name, value]) => [name, String(value)]))
  return query.size === 0 ? '' : `?${query}`
}

/** Asks the gateway this page came from. Throws {@link ApiError}; the session's cookie goes along, and the mark that a change is meant. */
export async function ask<Answer>(path: string, options: AskOptions = {}): Promise<Answer> {
  const response = await send(path, options)
  if (!response.ok) {
    const error = await errorOf(response)
    if (error.code === 'step_up_required' && (await prove())) return ask(path, options)
    throw error
  }
  const type = response.headers.get('content-type') ?? ''
  if (response.status === 204) return undefined as Answer
  return (type.includes('json') ? await response.json() : await response.text()) as Answer
}

/** The same, with the response as it is: for streams and files. Throws only when nobody answers. */
export async function send(
  path: string,
  { method = 'GET', body, headers, signal }: AskOptions = {},
): Promise<Response> {
  const isText = typeof body === 'string'
  const init: RequestInit = {
    method,
    credentials: 'same-origin',
    headers: {
      accept: 'application/json',
      ...(method === 'GET' ? {} : { 'x-gatehouse-csrf': '1' }),
      ...(body === undefined || isText ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  }
  try {
    return await fetch(path, init)
  } catch (cause) {
    if (signal?.aborted) throw cause
    throw new ApiError(0, 'unreachable', 'The gateway does not answer.', undefined, {})
  }
}

/** The error of an answer, in whatever shape its surface has. */
export async function errorOf(response: Response): Promise<ApiError> {
  const facts = await factsOf(response)
  const inner = typeof facts.error === 'object' && facts.error !== null ? (facts.error as typeof facts) : facts
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined)
  const own = typeof inner.gatehouse === 'object' && inner.gatehouse !== null ? (inner.gatehouse as typeof facts) : {}
  return new ApiError(
    response.status,
    text(own.code) ?? text(inner.code) ?? String(response.status),
    text(inner.title) ?? text(inner.message) ?? response.statusText,
    response.headers.get('x-request-id') ?? undefined,
    { ...inner, ...own },
  )
}

async function factsOf(response: Response): Promise<Readonly<Record<string, unknown>>> {
  try {
    const value: unknown = await response.json()
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
