import { type GuardrailSpec, guardrailKind, guardsFor } from '../../governance/guardrails/index.ts'
import type { RecordedFacts } from '../../governance/usage/index.ts'
import { canonicalJson } from '../../lib/crypto.ts'
import type { DocumentSet } from '../../platform/documents/index.ts'
import type { Snapshot } from '../snapshot.ts'

/** What guardrails would have done with an operation, as far as its record tells. */
export interface GuardrailGuess {
  /** The guardrail that would have blocked. */
  readonly blockedBy?: string
  /** A check that could block was not among those that the record tells of, so nobody knows. */
  readonly unknown: boolean
}

/** What may be asked of a check that could block. */
interface Blocking {
  readonly guardrail: string
  readonly detector: string
  /** What the check looks for is not what it looked for when the record was written. */
  readonly isOther: boolean
}

const NOTHING: GuardrailGuess = Object.freeze({ unknown: false })

/**
 * Guesses from recorded verdicts, which say how often each check found something but hold no text: a check that goes from
 * monitor to enforce can be replayed, one with other words cannot.
 */
export function recordedGuardrails(snapshot: Snapshot, before: DocumentSet) {
  const others = otherChecks(before, snapshot.documents)
  const known = new Map<string, readonly Blocking[]>()
  return (record: RecordedFacts, callerScopes: readonly string[]): GuardrailGuess => {
    if (snapshot.guardrails.size === 0) return NOTHING
    const scopes = [...callerScopes, `model:${record.modelAsked}`]
    const key = scopes.join('\n')
    const blocking = known.get(key) ?? blockingOf(snapshot, scopes, others)
    if (!known.has(key) && known.size < 10_000) known.set(key, blocking)
    let unknown = false
    for (const check of blocking) {
      const verdict = record.verdicts.find(
        (one) => one.guardrail === check.guardrail && one.detector === check.detector,
      )
      if (!verdict || check.isOther) unknown = true
      else if (verdict.findings > 0) return { blockedBy: check.guardrail, unknown: false }
    }
    return unknown ? { unknown } : NOTHING
  }
}

function blockingOf(snapshot: Snapshot, scopes: readonly string[], others: ReadonlySet<string>): readonly Blocking[] {
  return guardsFor(snapshot.guardrails, scopes)
    .checks.filter(({ mode, action }) => mode === 'enforce' && action === 'block')
    .map(({ guardrail, detector }) => ({ guardrail, detector, isOther: others.has(`${guardrail} ${detector}`) }))
}

/** The checks that look for other things than they did before: `guardrail detector`. */
function otherChecks(before: DocumentSet, after: DocumentSet): ReadonlySet<string> {
  const changed = new Set<string>()
  for (const { name, spec } of after.all(guardrailKind)) {
    const old = before.get(guardrailKind, name)?.spec
    if (!old) continue
    for (const { detector } of spec.checks) {
      if (optionsOf(spec, detector) !== optionsOf(old, detector)) changed.add(`${name} ${detector}`)
    }
  }
  return changed
}

/** What the checks of a detector look for and where, but not what they do then. */
function optionsOf({ checks, phases }: GuardrailSpec, detector: string): string {
  const own = checks
    .filter((check) => check.detector === detector)
    .map(({ action: _, message: __, onFailure: ___, timeout: ____, ...options }) => ({ phases, ...options }))
  return canonicalJson(own)
}
