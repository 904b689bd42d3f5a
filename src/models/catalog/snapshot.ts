import type { Price } from './price.ts'

/** How a model's name is recognised; each rule is one of these, all without regard to case but `regex`. */
export type NameRule =
  | { readonly starts: string }
  | { readonly ends: string }
  | { readonly contains: string }
  | { readonly regex: string }
  | { readonly equals: string }
  | { readonly all: readonly NameRule[] }
  | { readonly any: readonly NameRule[] }

/** One model of a provider, as the snapshot holds it. */
export interface SnapshotModel {
  readonly id: string
  /** Names that are this model exactly, in lower case; the id is one of them. */
  readonly names?: readonly string[]
  /** Further names, tried in the order of the models. */
  readonly rule?: NameRule
  readonly context?: number
  readonly price?: Price
}

/** All models of a provider. */
export interface SnapshotProvider {
  /** Where to look for a model that is not in this list. */
  readonly fallbacks?: readonly string[]
  /** Factors in thousandths on token prices, by service tier. */
  readonly tiers?: Readonly<Record<string, number>>
  readonly models: readonly SnapshotModel[]
}

/** The dated extract that `scripts/update-catalog.ts` makes. */
export interface Snapshot {
  /** The day it was made: `2026-11-22`. */
  readonly version: string
  readonly sources: readonly {
    readonly name: string
    readonly version: string
    readonly licence: string
    readonly gives: string
  }[]
  readonly providers: Readonly<Record<string, SnapshotProvider>>
}

/** Whether a rule recognises a name; `name` is in lower case. */
export function matches(rule: NameRule, name: string): boolean {
  if ('starts' in rule) return name.startsWith(rule.starts)
  if ('contains' in rule) return name.includes(rule.contains)
  if ('ends' in rule) return name.endsWith(rule.ends)
  if ('equals' in rule) return name === rule.equals
  if ('all' in rule) return rule.all.every((inner) => matches(inner, name))
  if ('any' in rule) return rule.any.some((inner) => matches(inner, name))
  // The expressions are the snapshot's own, not a caller's.
  return new RegExp(rule.regex).test(name)
}
