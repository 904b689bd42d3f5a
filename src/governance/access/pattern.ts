import type { Resource } from '../identity/index.ts'

/** A resource as patterns are matched against it: `model:assistant`. */
export function resourceKey(resource: Resource): string {
  return `${resource.kind}:${resource.name}`
}

/** Whether a pattern stands for more than one name. */
export function isGlob(pattern: string): boolean {
  return pattern.includes('*')
}

/** A pattern made ready: `*` stands for any characters, also none and also `/`. Linear in the text, whatever the pattern. */
export function globMatcher(pattern: string): (text: string) => boolean {
  const [head = '', ...rest] = pattern.split('*')
  const tail = rest.pop()
  if (tail === undefined) return (text) => text === pattern
  const middle = rest.filter((part) => part !== '')
  return (text) => {
    if (text.length < head.length + tail.length || !text.startsWith(head) || !text.endsWith(tail)) return false
    let from = head.length
    for (const part of middle) {
      const found = text.indexOf(part, from)
      if (found < 0) return false
      from = found + part.length
    }
    return from <= text.length - tail.length
  }
}

/** Which numbers (rules, policies) are meant by a resource, found without asking each of them. */
export interface PatternIndex {
  /** Every number of which a pattern matches the resource's key; may hold a number twice. */
  readonly find: (key: string) => readonly number[]
}

/** Groups' names → the patterns of their members. */
export type Groups = ReadonlyMap<string, readonly string[]>

/** The patterns with every `group:x` replaced by its members' own; an unknown group has none. */
export function expandGroups(patterns: readonly string[], groups: Groups): readonly string[] {
  return patterns.flatMap((pattern) =>
    pattern.startsWith('group:') ? (groups.get(pattern.slice('group:'.length)) ?? []) : [pattern],
  )
}

/** Makes a {@link PatternIndex} over lists of patterns (groups already expanded); a list's place is its number. */
export function patternIndex(lists: readonly (readonly string[])[]): PatternIndex {
  const exact = new Map<string, number[]>()
  const globs = new Map<string, number[]>()
  lists.forEach((patterns, number) => {
    for (const pattern of new Set(patterns)) {
      const into = isGlob(pattern) ? globs : exact
      const numbers = into.get(pattern)
      if (numbers) numbers.push(number)
      else into.set(pattern, [number])
    }
  })
  const matchers = [...globs].map(([pattern, numbers]) => ({ matches: globMatcher(pattern), numbers }))
  return {
    find: (key) => {
      const found = [...(exact.get(key) ?? [])]
      for (const { matches, numbers } of matchers) if (matches(key)) found.push(...numbers)
      return found
    },
  }
}
