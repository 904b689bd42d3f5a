import type { Clock } from '../../../lib/clock.ts'
import type { Egress, EgressRequest } from '../../egress/index.ts'
import { SecretError } from '../secret.ts'

/** A store of secrets outside of the gateway. Read when policy is published and from time to time; never while a call waits. */
export interface ExternalStore {
  /** The secret at a path, and of a secret that is JSON the field. Throws {@link SecretError}. */
  readonly read: (wanted: Wanted) => Promise<string>
}

/** What a reference asks a store for. */
export interface Wanted {
  /** The whole reference, for messages. */
  readonly ref: string
  /** What stands between the store's name and `#`. */
  readonly path: string
  /** What stands behind `#`. */
  readonly field?: string | undefined
}

/** What stores are made from. */
export interface StoreTools {
  readonly egress: Egress
  readonly clock: Clock
  /** Looks a variable of the environment up: each store is configured by its vendor's own. */
  readonly environment: (name: string) => string | undefined
}

const TIMEOUT_MS = 10_000
const MOST_BYTES = 1_048_576

/** One call of a store; gives its status and JSON. The bodies of refusals are never quoted: they may hold what must not be told. */
export async function askStore(
  { egress, clock }: StoreTools,
  ref: string,
  request: Omit<EgressRequest, 'signal'>,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const enough = new AbortController()
  const timer = clock.schedule(TIMEOUT_MS, () => enough.abort(new DOMException('no answer', 'TimeoutError')))
  try {
    const answer = await egress.send({ ...request, signal: enough.signal })
    return { status: answer.status, body: parsed(await answer.text(MOST_BYTES)) }
  } catch (cause) {
    throw new SecretError(ref, 'its store does not answer', { cause })
  } finally {
    timer.cancel()
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A member of a JSON object, at any depth; undefined where there is none. */
export function member(value: unknown, ...path: readonly string[]): unknown {
  let at = value
  for (const name of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined
    at = Reflect.get(at, name)
  }
  return at
}

/** The variable's value. Throws {@link SecretError} that names it when it is not set. */
export function needed({ environment }: StoreTools, ref: string, name: string): string {
  const value = environment(name)
  if (value !== undefined && value !== '') return value
  throw new SecretError(ref, `${name} is not set; this store needs it`)
}

/** Of a secret that is a JSON object the field that the reference names; the secret itself when it names none. */
export function fieldOf(text: string, { ref, field }: Wanted): string {
  if (field === undefined) return text
  const value = member(parsed(text), field)
  if (typeof value === 'string' && value !== '') return value
  throw new SecretError(ref, `the secret has no field ${field} with a text`)
}

/** Why a store gave no secret, by its status. */
export function refusal(ref: string, status: number): SecretError {
  if (status === 404) return new SecretError(ref, 'there is no such secret in its store')
  if (status === 401 || status === 403) return new SecretError(ref, `its store refuses the gateway (${status})`)
  return new SecretError(ref, `its store answered ${status}`)
}

/** A short-lived token, asked for anew shortly before it ends. */
export interface StoreToken {
  readonly text: string
  /** Epoch milliseconds. */
  readonly endsAt: number
}

const EARLY_MS = 60_000

/** Keeps one token; several who need it at once ask once. `forget` after it was refused. */
export function keptToken(clock: Clock, ask: (ref: string) => Promise<StoreToken>) {
  let token: StoreToken | undefined
  let asking: Promise<StoreToken> | undefined
  return {
    get: async (ref: string): Promise<string> => {
      if (token && clock.now() < token.endsAt - EARLY_MS) return token.text
      asking ??= ask(ref).finally(() => {
        asking = undefined
      })
      token = await asking
      return token.text
    },
    forget: () => {
      token = undefined
    },
  }
}
