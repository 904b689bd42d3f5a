/** One consequence of a change, for people. */
export interface Effect {
  readonly kind: 'access' | 'administration' | 'key' | 'limit' | 'budget' | 'guardrail' | 'model'
  /** What it does to what people may: gives, takes, protects less or more, or is only worth knowing. */
  readonly weight: 'gives' | 'takes' | 'weakens' | 'strengthens' | 'note'
  /** The resource, document or principal that it is about: `model:assistant`, `Budget/claims-month`. */
  readonly subject: string
  /** A sentence without a full stop: `12 keys lose model gpt-x`. */
  readonly summary: string
  /** Who is affected, at most twenty. */
  readonly names: readonly string[]
  /** How many are affected. */
  readonly count: number
}

const MOST_NAMES = 20

/** An {@link Effect} over those that are affected. */
export function effectOn(names: readonly string[], effect: Omit<Effect, 'names' | 'count'>): Effect {
  return { ...effect, names: names.slice(0, MOST_NAMES), count: names.length }
}

/** `1 key`, `12 keys`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`
}
