/**
 * What a prompt can tell the sandbox to do, for rehearsals and tests: `sandbox:slow=2s`, `sandbox:fail=503`, …
 * Every directive stands anywhere in the last user message.
 */
export interface Directives {
  /** Milliseconds before the first byte. */
  readonly delayMs: number
  /** Milliseconds between two pieces of a stream. */
  readonly paceMs: number
  /** Answer with this HTTP status instead. */
  readonly failStatus: number | undefined
  /** Refuse as too long for the context window. */
  readonly overflow: boolean
  /** Refuse as a provider's content filter does. */
  readonly filter: boolean
  /** Break the connection in the middle of the stream. */
  readonly cut: boolean
  /** Send an error event inside a stream that began well. */
  readonly failMidway: boolean
  /** Send something that is not JSON. */
  readonly garbage: boolean
  /** Never answer. */
  readonly hang: boolean
  /** Words in the answer. */
  readonly words: number | undefined
  /** Call these tools, in this order, all at once. */
  readonly tools: readonly string[]
  /** Answer with exactly this. */
  readonly say: string | undefined
}

const LONGEST_DELAY_MS = 120_000
const MOST_WORDS = 20_000

/** Reads the directives of a prompt. What is not understood is ignored. */
export function directivesOf(prompt: string): Directives {
  const has = (name: string) => new RegExp(`\\bsandbox:${name}\\b`).test(prompt)
  const given = (name: string) => new RegExp(`\\bsandbox:${name}=([^\\s"]+)`).exec(prompt)?.[1]
  const fail = Number(given('fail'))
  const words = Number(given('words'))
  return {
    delayMs: milliseconds(given('slow') ?? (has('slow') ? '2s' : undefined)),
    paceMs: milliseconds(given('pace')),
    failStatus: Number.isInteger(fail) && fail >= 400 && fail <= 599 ? fail : undefined,
    overflow: has('overflow'),
    filter: has('filter'),
    cut: has('cut'),
    failMidway: has('error-event'),
    garbage: has('garbage'),
    hang: has('hang'),
    words: Number.isInteger(words) && words > 0 ? Math.min(words, MOST_WORDS) : undefined,
    tools: (given('tool') ?? '').split(',').filter((name) => name !== ''),
    say: /\bsandbox:say="([^"]*)"/.exec(prompt)?.[1],
  }
}

function milliseconds(text: string | undefined): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s)?$/.exec(text ?? '')
  if (!match) return 0
  return Math.min(LONGEST_DELAY_MS, Number(match[1]) * (match[2] === 'ms' ? 1 : 1_000))
}
