import type { Finding } from './engine/rule.ts'
import type { BoundCheck, Plan } from './guardrail-index.ts'
import type { Blocked, Phase, Verdict } from './inspection.ts'
import type { TextLook } from './look.ts'
import type { Mask } from './redact.ts'

/** What one text comes to. */
export interface Judgement {
  /** What must be masked, in the offsets of the text; in no order. */
  readonly masks: readonly Mask[]
  readonly blocked?: Blocked
}

/** What a check has said so far, over all the texts of an operation. */
export interface Tally {
  findings: number
  ms: number
  state: Verdict['state']
  blocks: boolean
}

/** Tallies by check. */
export type Tallies = Map<BoundCheck, Tally>

/** What a judgement adds to. */
export interface Judging {
  readonly tallies: Tallies
  /** Whether a check may take its time for every text, or for all of them together. */
  readonly timedBy: 'text' | 'operation'
}

const CLEAN: Judgement = Object.freeze({ masks: [] })
const NOTHING: readonly Mask[] = []

/**
 * Turns what was seen into what is done. A block wins over masks; a check that failed blocks when it is closed; what an
 * `allow` covers is left alone.
 */
export function judge(plan: Plan, units: TextLook['units'], { tallies, timedBy }: Judging): Judgement {
  let masks: Mask[] | undefined
  let blocked: Blocked | undefined
  const allowed = plan.checks.some(({ action }) => action === 'allow')
  for (const check of plan.checks) {
    const tally = tallyOf(tallies, check)
    const unit = units[check.unit]
    tally.ms += unit?.tookMs ?? 0
    const late = (timedBy === 'text' ? (unit?.tookMs ?? 0) : tally.ms) > check.timeoutMs
    if (!unit || unit.failed || late) {
      tally.state = 'not-run'
      if (refusesUnseen(check)) {
        tally.blocks = true
        blocked ??= unseen(check)
      }
      continue
    }
    if (tally.state === 'skipped') tally.state = 'ran'
    const findings = counted(check, unit.findings, allowed ? { plan, units } : undefined)
    tally.findings += findings.length
    if (findings.length === 0 || check.mode !== 'enforce') continue
    if (check.action === 'block') blocked ??= blockedBy(check)
    else if (check.action === 'mask') {
      masks ??= []
      for (const finding of findings) masks.push(check.reversible ? { ...finding, reversible: true } : finding)
    }
  }
  if (!masks && !blocked) return CLEAN
  return { masks: masks ?? NOTHING, ...(blocked && { blocked }) }
}

/** Whether a failure of the check refuses what it could not see. */
function refusesUnseen({ mode, onFailure, action }: BoundCheck): boolean {
  return mode === 'enforce' && onFailure === 'closed' && (action === 'mask' || action === 'block')
}

/** Judges what nobody can look into: a check that would mask or block refuses it, and none is told as run. */
export function judgeUnreadable(plan: Plan, sentence: string, tallies: Tallies): Blocked | undefined {
  let blocked: Blocked | undefined
  for (const check of plan.checks) {
    const tally = tallyOf(tallies, check)
    tally.state = 'not-run'
    if (check.mode !== 'enforce' || (check.action !== 'mask' && check.action !== 'block')) continue
    tally.blocks = true
    const { message } = unseen(check)
    blocked ??= { ...unseen(check), message: `${message} ${sentence}` }
  }
  return blocked
}

function unseen({ guardrail, detector }: BoundCheck): Blocked {
  return {
    guardrail,
    detector,
    message: `The guardrail ${guardrail} could not look at this content, and lets nothing pass unseen.`,
  }
}

function blockedBy({ guardrail, detector, message }: BoundCheck): Blocked {
  return { guardrail, detector, message }
}

interface Others {
  readonly plan: Plan
  readonly units: TextLook['units']
}

function counted(check: BoundCheck, findings: readonly Finding[], others: Others | undefined): readonly Finding[] {
  if (findings.length === 0) return findings
  const sure = findings.filter((finding) => isSure(check, finding))
  if (!others || check.action === 'allow' || sure.length === 0) return sure
  const exempt = others.plan.checks.filter((other) => mayExempt(other, check))
  if (exempt.length === 0) return sure
  const covers = exempt.flatMap((other) =>
    (others.units[other.unit]?.findings ?? []).filter((finding) => isSure(other, finding)),
  )
  return sure.filter(({ start, end }) => !covers.some((cover) => cover.start <= start && cover.end >= end))
}

function isSure({ threshold, thresholds }: BoundCheck, { kind, score }: Finding): boolean {
  return score >= (thresholds?.[kind] ?? threshold)
}

/** An `allow` counts within its own guardrail, and against those bound no nearer that are not mandatory. */
function mayExempt(other: BoundCheck, check: BoundCheck): boolean {
  if (other.action !== 'allow' || other.mode !== 'enforce' || other.detector !== check.detector) return false
  return other.guardrail === check.guardrail || (!check.mandatory && other.rank >= check.rank)
}

/** New tallies for checks that nothing has been seen of yet. */
export function tallyOf(tallies: Tallies, check: BoundCheck): Tally {
  const known = tallies.get(check)
  if (known) return known
  const tally: Tally = { findings: 0, ms: 0, state: 'skipped', blocks: false }
  tallies.set(check, tally)
  return tally
}

/** One verdict for each check that looks at any of these phases; those that saw no text are `skipped`. */
export function verdictsOf(
  checks: readonly BoundCheck[],
  phases: readonly Phase[],
  tallies: Tallies,
): readonly Verdict[] {
  const verdicts: Verdict[] = []
  for (const check of checks) {
    const phase = phases.find((one) => check.phases.has(one))
    if (phase === undefined) continue
    const tally = tallies.get(check)
    verdicts.push({
      guardrail: check.guardrail,
      detector: check.detector,
      phase,
      action: tally?.blocks ? 'block' : tally && tally.findings > 0 ? check.action : 'allow',
      mode: check.mode,
      findings: tally?.findings ?? 0,
      state: tally?.state ?? 'skipped',
      microseconds: Math.round((tally?.ms ?? 0) * 1_000),
    })
  }
  return verdicts
}
