import { inspect } from 'node:util'

/** A secret in memory. It shows itself as `[secret]` to JSON, to text and to the log; only `reveal` gives it away. */
export interface Secret {
  readonly reveal: () => string
  readonly toJSON: () => string
  readonly toString: () => string
}

const MASK = '[secret]'

/** Wraps a text so that printing it by mistake shows nothing. */
export function secret(text: string): Secret {
  const mask = () => MASK
  return Object.freeze({ reveal: () => text, toJSON: mask, toString: mask, [inspect.custom]: mask })
}

/** Why a reference gives no secret. The message is for administrators and never carries a secret. */
export class SecretError extends Error {
  override readonly name = 'SecretError'
  constructor(
    readonly ref: string,
    problem: string,
    options?: ErrorOptions,
  ) {
    super(`${ref}: ${problem}`, options)
  }
}
