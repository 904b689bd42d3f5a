import { type Automaton, buildAutomaton, PREFIX_ANYWHERE, PREFIX_OF_NOTHING, PREFIX_OF_WORD } from './automaton.ts'
import { isAlphanumeric, isWordStart } from './boundary.ts'
import { noProgress, type Progress } from './progress.ts'
import type { Attempt, Finding, Rule } from './rule.ts'
import { foldCase, type SymbolTable, symbolTable } from './symbols.ts'

/** How the characters of a text and of keywords are made equal before they are compared. */
export interface Folding {
  readonly name: string
  readonly symbols: SymbolTable
}

/** The folding of rules that ask for no other: case, and marks on letters. */
export const BY_CASE: Folding = Object.freeze({ name: 'case', symbols: symbolTable(foldCase) })

/** Rules that are switched on and off together, and timed together. */
export interface RuleUnit {
  readonly rules: readonly Rule[]
  readonly folding?: Folding
}

/** One look at a text. */
export interface ScanRequest {
  /** The view of the text. */
  readonly text: string
  /** Units to wake, by number. */
  readonly active: Uint8Array
  /** The text goes on: matches that touch its end are not decided. */
  readonly open: boolean
  /** Milliseconds that one unit may take. */
  readonly budgetMs: number
  readonly monotonic: () => number
  /** What was read of the text's beginning already, by a scanner of the same units with the same ones active. */
  readonly progress?: Progress | undefined
}

/** What one unit came to. */
export interface UnitScan {
  readonly findings: Finding[]
  /** Why the unit did not come to its end. */
  failure?: 'budget' | 'error'
  /** Milliseconds. */
  tookMs: number
}

/** What a scan came to. */
export interface Scan {
  /** By the number of the unit; undefined for units that were not woken or have no rules. */
  readonly units: readonly (UnitScan | undefined)[]
  /** From here on an open text may still become a match; its length when it cannot. */
  readonly undecidedFrom: number
}

/** Wakes rules by their keywords: one pass over a text, however many rules there are. */
export type Scanner = (request: ScanRequest) => Scan

interface Pass {
  readonly automaton: Automaton
  /** The most characters before a keyword that belong to a match. */
  readonly reach: number
}

const HITS_BETWEEN_LOOKS_AT_THE_CLOCK = 64
const PLAIN_WORD = /^[A-Za-z]?[a-z]*$/

/** Builds the scanner over all units. */
export function buildScanner(units: readonly RuleUnit[]): Scanner {
  const rules: Rule[] = []
  const unitOf: number[] = []
  const passes = passesOf(units, (rule, unit) => {
    unitOf.push(unit)
    return rules.push(rule) - 1
  })
  return (request) => {
    const { progress = noProgress() } = request
    const { woken } = progress
    const began = request.monotonic()
    let undecidedFrom = request.text.length
    const wake = (rule: number, start: number) => {
      const unit = unitOf[rule] ?? 0
      if (request.active[unit] !== 1) return
      const own = woken[unit]
      if (own) own.push(rule, start)
      else woken[unit] = [rule, start]
    }
    for (const [number, { automaton, reach }] of passes.entries()) {
      const state = automaton.walk(request.text, wake, { read: progress.read, state: progress.states[number] ?? 0 })
      progress.states[number] = state
      if (request.open) undecidedFrom = Math.min(undecidedFrom, begunAt(request.text, { automaton, state, reach }))
    }
    progress.read = request.text.length
    let now = request.monotonic()
    const shared = (now - began) / Math.max(1, units.length)
    const scans = units.map((unit, number): UnitScan | undefined => {
      if (request.active[number] !== 1 || unit.rules.length === 0) return undefined
      const scan: UnitScan = { findings: [], tookMs: shared }
      const own = woken[number]
      if (own && own.length > 0) {
        const attempts = attemptAll(own, { rules, request, scan, began: now })
        undecidedFrom = Math.min(undecidedFrom, attempts.undecidedFrom)
        now = attempts.ended
      }
      return scan
    })
    return { units: scans, undecidedFrom }
  }
}

function passesOf(units: readonly RuleUnit[], add: (rule: Rule, unit: number) => number): readonly Pass[] {
  const foldings = new Map<string, { symbols: SymbolTable; keywords: Parameters<typeof keyword>[0][] }>()
  units.forEach((unit, number) => {
    if (unit.rules.length === 0) return
    const folding = unit.folding ?? BY_CASE
    const group = foldings.get(folding.name) ?? { symbols: folding.symbols, keywords: [] }
    foldings.set(folding.name, group)
    for (const rule of unit.rules) {
      const place = add(rule, number)
      for (const text of rule.keywords) group.keywords.push({ text, rule, place })
    }
  })
  return [...foldings.values()].map(({ symbols, keywords }) => ({
    automaton: buildAutomaton(keywords.map(keyword), symbols),
    reach: keywords.reduce(
      (most, { rule }) => (rule.guards === 'match' ? Math.max(most, rule.before?.max ?? 0) : most),
      0,
    ),
  }))
}

function keyword({ text, rule, place }: { readonly text: string; readonly rule: Rule; readonly place: number }) {
  const word = rule.begins === 'word' && !rule.before
  const prefix = rule.guards === 'value' ? PREFIX_OF_NOTHING : word ? PREFIX_OF_WORD : PREFIX_ANYWHERE
  return { text, rule: place, prefix }
}

/** Where the match of a keyword that the end of the text breaks off could begin. */
function begunAt(text: string, { automaton, state, reach }: Pass & { readonly state: number }): number {
  let from = leadOf(text, text.length, reach)
  automaton.unfinished(text, state, (at, prefix) => {
    if (prefix === PREFIX_OF_NOTHING) return
    if (prefix & PREFIX_ANYWHERE) from = Math.min(from, leadOf(text, at, reach))
    else if (isWordStart(text, at)) from = Math.min(from, at)
  })
  return from
}

/**
 * Where the word that ends at `end` begins, if it could be what stands before a keyword. A plain word is let go: else
 * every word of every stream would wait for the next one. The few letters with which such a secret may begin say nothing.
 */
function leadOf(text: string, end: number, reach: number): number {
  if (reach === 0) return end
  let from = end
  while (from > 0 && end - from <= reach && isLead(text.charCodeAt(from - 1))) from--
  return end - from > reach || PLAIN_WORD.test(text.slice(from, end)) ? end : from
}

/** `[0-9A-Za-z_~.-]` */
function isLead(code: number): boolean {
  return isAlphanumeric(code) || code === 0x5f || code === 0x7e || code === 0x2e || code === 0x2d
}

interface Attempting {
  readonly rules: readonly Rule[]
  readonly request: ScanRequest
  readonly scan: UnitScan
  /** Monotonic milliseconds. */
  readonly began: number
}

interface Attempts {
  readonly undecidedFrom: number
  /** Monotonic milliseconds. */
  readonly ended: number
}

/**
 * Looks at every place where a keyword woke a rule; gives where the undecided ones begin. Takes out of `hits` what will
 * never say anything.
 */
function attemptAll(hits: number[], { rules, request, scan, began }: Attempting): Attempts {
  const { text, open, monotonic, budgetMs } = request
  let matchedTo: Map<Rule, number> | undefined
  let undecidedFrom = text.length
  let at = 0
  let kept = 0
  try {
    for (; at < hits.length; at += 2) {
      const number = hits[at] ?? 0
      const keywordAt = hits[at + 1] ?? 0
      const rule = rules[number]
      if (!rule) continue
      if (at > 0 && at % HITS_BETWEEN_LOOKS_AT_THE_CLOCK === 0 && monotonic() - began > budgetMs) {
        scan.failure = 'budget'
        break
      }
      const attempt = attemptAt(keywordAt, { rule, text, open, matchedTo: matchedTo?.get(rule) ?? 0 })
      if (attempt === undefined && rule.settles) continue
      hits[kept++] = number
      hits[kept++] = keywordAt
      if (!attempt) continue
      if ('undecided' in attempt) undecidedFrom = Math.min(undecidedFrom, attempt.from)
      else {
        scan.findings.push(attempt)
        matchedTo ??= new Map()
        matchedTo.set(rule, attempt.end)
      }
    }
  } catch {
    scan.failure = 'error'
  }
  if (kept === 0 && at >= hits.length) hits.length = 0
  else hits.splice(kept, at - kept)
  const ended = monotonic()
  const took = ended - began
  scan.tookMs += took
  if (took > budgetMs) scan.failure ??= 'budget'
  return { undecidedFrom, ended }
}

interface Place {
  readonly rule: Rule
  readonly text: string
  readonly open: boolean
  /** Where the rule's last finding ends. */
  readonly matchedTo: number
}

/** What a rule says of the first place before (or at) its keyword of which it says anything; null: not asked everywhere. */
function attemptAt(keywordAt: number, { rule, text, open, matchedTo }: Place): Attempt | null {
  const first = Math.max(0, keywordAt - (rule.before?.max ?? 0))
  const last = keywordAt - (rule.before?.min ?? 0)
  for (let start = Math.max(first, matchedTo); start <= last; start++) {
    if (rule.begins === 'word' && !isWordStart(text, start)) continue
    const attempt = rule.attempt({ text, at: start, open })
    if (attempt) return attempt
  }
  return matchedTo > first ? null : undefined
}
