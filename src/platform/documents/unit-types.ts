import { z } from 'zod'
import {
  DURATION_PATTERN,
  MONEY_PATTERN,
  parseDuration,
  parseMoney,
  parseRate,
  RATE_PATTERN,
  type Rate,
} from './units.ts'

interface UnitRule<T> {
  readonly pattern: RegExp
  readonly expected: string
  readonly parse: (text: string) => T | undefined
}

function unit<T>({ pattern, expected, parse }: UnitRule<T>) {
  return z
    .string({ error: `expected ${expected}` })
    .regex(pattern, { error: `expected ${expected}` })
    .transform((text, context): T => {
      const value = parse(text)
      if (value !== undefined) return value
      context.issues.push({ code: 'custom', message: `out of bounds: expected ${expected}`, input: text })
      return z.NEVER
    })
}

/** A duration in a document (`30s`, `1h30m`), parsed to milliseconds. */
export const duration = () =>
  unit<number>({ pattern: DURATION_PATTERN, expected: 'a duration such as 30s, 10m or 1h', parse: parseDuration })

/** An amount of money in a document (`5000 USD`, `0.50 USD`), parsed to nano-dollars. */
export const money = () =>
  unit<number>({ pattern: MONEY_PATTERN, expected: 'an amount such as 5000 USD or 0.50 USD', parse: parseMoney })

/** A rate in a document (`60/min`), parsed to `{count, perMs}`. */
export const rate = () =>
  unit<Rate>({ pattern: RATE_PATTERN, expected: 'a rate such as 60/min or 5/s', parse: parseRate })

/** Marks the message of a secret in clear text, so that the value is never repeated in a problem. */
const CLEAR_TEXT = 'a secret must not stand in a document in clear text'
/** What to write instead of a secret. */
export const SECRET_HINT = 'Write a reference such as secret://env/NAME, secret://file/path or secret://vault/name.'

/** A reference to a secret (`secret://env/OPENAI_API_KEY`); the secret itself never stands in a document. */
export const secretRef = () =>
  z
    .string({ error: 'expected a secret:// reference' })
    .max(1_024)
    .regex(/^secret:\/\/[a-z][a-z0-9-]*\/[^\s]+$/, { error: `${CLEAR_TEXT}; expected a secret:// reference` })

/** What a policy document does with what it finds; `enforce` when absent. */
export const modeField = () => z.enum(['enforce', 'monitor', 'off']).default('enforce')

const SCOPE_PATTERN = /^(?:org|(?:team|app|agent|user|group|model|tool|key|knowledge|skill):[^\s:][^\s]{0,255})$/

/** Where a policy holds: `org`, or `team:x`, `app:x`, `agent:x`, `user:x`, `group:x`, `model:x`, `tool:x`, `key:x`. */
export const scopeRef = () =>
  z
    .string({ error: 'expected a scope such as org, team:claims or model:assistant' })
    .regex(SCOPE_PATTERN, { error: 'expected a scope such as org, team:claims or model:assistant' })

const RESOURCE_PATTERN = /^(?:\*|[a-z][a-z-]*:[^\s]{1,256})$/

/** Which resources are meant: `*`, `model:assistant`, `model:gpt-*`, `tool:crm/*`, `group:sensitive`. */
export const resourcePattern = () =>
  z
    .string({ error: 'expected a resource such as model:assistant, tool:crm/* or *' })
    .regex(RESOURCE_PATTERN, { error: 'expected a resource such as model:assistant, tool:crm/* or *' })

const INSTANT = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/
const INSTANT_EXPECTED =
  'expected a day such as 2027-01-01 (its beginning, UTC) or an instant such as 2027-01-01T08:00:00Z'

/** A day (`2027-01-01`: its beginning, UTC) or an RFC 3339 instant in a document, parsed to epoch milliseconds. */
export const instant = () =>
  z
    .string({ error: INSTANT_EXPECTED })
    .regex(INSTANT, { error: INSTANT_EXPECTED })
    .transform((text, context): number => {
      const parsed = Date.parse(text)
      if (Number.isFinite(parsed)) return parsed
      context.issues.push({ code: 'custom', message: INSTANT_EXPECTED, input: text })
      return z.NEVER
    })
