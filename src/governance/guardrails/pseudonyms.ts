import { lruCache } from '../../lib/lru.ts'
import { placeholder } from './redact.ts'

/** Values of a conversation by the names that a model reads instead of them, and the way back. */
export interface Pseudonyms {
  /** Whether anything was named. */
  readonly isEmpty: () => boolean
  /** Names that stand in a text already are given to nothing new. Called for every text before the first is named. */
  readonly avoid: (text: string) => void
  /** The name of a value, `<EMAIL_1>`: always the same; without a number and without a way back when there are too many. */
  readonly nameOf: (kind: string, value: string) => string
  /** A text with every known name replaced by its value; in JSON as JSON writes it. */
  readonly restore: (text: string, json: boolean) => string
  /** The same for a text that comes in pieces. */
  readonly restorer: (json: boolean) => Restorer
}

/** Restores one text that comes in pieces. */
export interface Restorer {
  /** More text: what of it is decided, with its values. */
  readonly push: (text: string) => string
  /** Characters at the end that may be the beginning of a name. */
  readonly held: () => number
  /** What was held. */
  readonly end: () => string
}

const MOST_VALUES = 5_000
const LONGEST_NAME = 48
/** A name as models write it again: also with its brackets escaped by JSON, HTML or Markdown. */
const NAME = /(?:\\{0,2}<|&lt;|\\{1,2}u003[cC])([A-Z][A-Z0-9_]{0,30}_\d{1,6})(?:\\{0,2}>|&gt;|\\{1,2}u003[eE])/g
/** The beginning of one at the end of a text. */
const BEGUN =
  /(?:(?:\\{1,2}u003[cC]|\\{0,2}<|&lt;)(?:[A-Z][A-Z0-9_]{0,37}(?:\\{1,2}(?:u(?:0(?:0(?:3)?)?)?)?|&(?:g(?:t)?)?)?)?|\\{1,2}(?:u(?:0(?:0(?:3)?)?)?)?|&(?:l(?:t)?)?)$/

/** Names for the values of one conversation, at most 5,000. They are in memory alone. */
export function pseudonyms(): Pseudonyms {
  const names = new Map<string, string>()
  const values = new Map<string, string>()
  const counts = new Map<string, number>()
  const taken = new Set<string>()
  const next = (kind: string): string => {
    let number = counts.get(kind) ?? 0
    let name: string
    do name = `${kind}_${++number}`
    while (taken.has(name))
    counts.set(kind, number)
    return name
  }
  const restore = (text: string, json: boolean) =>
    text.replace(NAME, (written, name: string) => {
      const value = values.get(name)
      if (value === undefined) return written
      return json ? JSON.stringify(value).slice(1, -1) : value
    })
  return {
    isEmpty: () => values.size === 0,
    avoid: (text) => {
      if (!text.includes('<')) return
      // A name of this conversation that comes back is no stranger's.
      for (const [, name = ''] of text.matchAll(NAME)) if (!values.has(name)) taken.add(name)
    },
    nameOf: (kind, value) => {
      const key = `${kind} ${value}`
      const known = names.get(key)
      if (known !== undefined) return known
      if (values.size >= MOST_VALUES) return placeholder(kind)
      const name = next(kind)
      values.set(name, value)
      names.set(key, `<${name}>`)
      return `<${name}>`
    },
    restore,
    restorer: (json) => {
      let held = ''
      return {
        push: (text) => {
          const all = held + text
          const tail = all.slice(-LONGEST_NAME - 16)
          const begun = BEGUN.exec(tail)
          const kept = begun ? tail.length - begun.index : 0
          held = kept > 0 ? all.slice(-kept) : ''
          return restore(kept > 0 ? all.slice(0, -kept) : all, json)
        },
        held: () => held.length,
        end: () => {
          const rest = restore(held, json)
          held = ''
          return rest
        },
      }
    },
  }
}

/** The names of every conversation that is going on. */
export interface PseudonymSessions {
  /** Those of a session of somebody; new ones, which nobody remembers, without a session. */
  readonly of: (owner: string, session: string | undefined) => Pseudonyms
}

const MOST_SESSIONS = 2_000

/** Remembers the names of the last 2,000 sessions of this process. A session is its owner's alone. */
export function pseudonymSessions(): PseudonymSessions {
  const sessions = lruCache<string, Pseudonyms>(MOST_SESSIONS)
  return {
    of: (owner, session) => {
      if (session === undefined || session === '') return pseudonyms()
      const key = JSON.stringify([owner, session.slice(0, 200)])
      const known = sessions.get(key)
      if (known) return known
      const made = pseudonyms()
      sessions.set(key, made)
      return made
    },
  }
}
