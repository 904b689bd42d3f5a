import { isObject } from '../../../lib/json.ts'

/** Cache breakpoints that Anthropic and Bedrock take in one request (vendor pages "Prompt caching", 2026-11). */
export const MOST_BREAKPOINTS = 4

/**
 * Which of `count` breakpoints stay when there may be only four: the first, which covers what all turns share, and the
 * last ones, which cover the longest prefixes.
 */
export function staysBreakpoint(index: number, count: number): boolean {
  return count <= MOST_BREAKPOINTS || index === 0 || index > count - MOST_BREAKPOINTS
}

/** The same wire values with at most four `cache_control`, counted in the order given: tools, system, messages. */
export function limitBreakpoints<T>(parts: readonly T[]): { readonly parts: readonly T[]; readonly removed: number } {
  let count = 0
  visit(parts, () => count++)
  if (count <= MOST_BREAKPOINTS) return { parts, removed: 0 }
  let index = 0
  const limited = parts.map((part) => without(part, () => !staysBreakpoint(index++, count)) as T)
  return { parts: limited, removed: count - MOST_BREAKPOINTS }
}

function visit(value: unknown, found: () => void): void {
  if (Array.isArray(value)) for (const part of value) visit(part, found)
  else if (isObject(value)) {
    visit(value.content, found)
    if (isObject(value.cache_control)) found()
  }
}

function without(value: unknown, isRemoved: () => boolean): unknown {
  if (Array.isArray(value)) return value.map((part) => without(part, isRemoved))
  if (!isObject(value)) return value
  const inner = Array.isArray(value.content) ? { ...value, content: without(value.content, isRemoved) } : value
  if (!isObject(inner.cache_control) || !isRemoved()) return inner
  const { cache_control: _, ...bare } = inner
  return bare
}
