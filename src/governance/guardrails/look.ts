import { sha256Hex } from '../../lib/crypto.ts'
import { forgetAll, type Progress } from './engine/progress.ts'
import type { Finding } from './engine/rule.ts'
import { ownView, type Reading, staysOwn, type View, viewOf } from './engine/view.ts'
import type { GuardrailIndex, Plan } from './guardrail-index.ts'
import type { Channel } from './inspection.ts'

/** What one unit saw in a text. */
export interface UnitLook {
  /** In the offsets of the text; empty when it failed. */
  readonly findings: readonly Finding[]
  /** It threw, or took too long: what it found does not count. */
  readonly failed: boolean
  /** Milliseconds. */
  readonly tookMs: number
}

/** What all units of a plan saw in a text. */
export interface TextLook {
  /** By the number of the unit; undefined when the plan does not ask it. */
  readonly units: readonly (UnitLook | undefined)[]
  readonly view: View
  /** In the view: from here on, an open text is not decided. */
  readonly undecidedFrom: number
}

/** A text to look at. */
export interface LookRequest {
  readonly plan: Plan
  readonly channel: Channel
  readonly text: string
  /** The text goes on. */
  readonly open: boolean
  /** Milliseconds that are left for each unit. */
  readonly budgetMs: number
  /** What was read of the text's beginning already: brought up to this text. */
  readonly progress?: Progress
}

const REMEMBERED_FROM = 256

/** How texts of a channel are read: tool arguments are JSON. */
export function readingOf(channel: Channel): Reading {
  return channel === 'tool-arguments' ? 'json' : 'plain'
}

/** Looks at a text with every unit of a plan. Linear in the text. */
export function lookAt(index: GuardrailIndex, request: LookRequest): TextLook {
  const { plan, channel, text, open, budgetMs, progress } = request
  const view = viewOn(request)
  const { monotonic } = index
  const scan = index.scanner({ text: view.text, active: plan.active, open, budgetMs, monotonic, progress })
  // Folding what comes next may change what this view says: only of a text that is its own view the beginning stays.
  if (progress && !view.same) forgetAll(progress)
  let { undecidedFrom } = scan
  const units = index.units.map((unit, number): UnitLook | undefined => {
    if (plan.active[number] !== 1) return undefined
    const scanned = scan.units[number]
    let failed = scanned?.failure !== undefined
    let tookMs = scanned?.tookMs ?? 0
    let seen: readonly Finding[] = scanned?.findings ?? []
    if (unit.find) {
      const began = monotonic()
      try {
        seen = [...seen, ...unit.find(view.text, channel)]
      } catch {
        failed = true
      }
      const took = monotonic() - began
      tookMs += took
      failed ||= took > budgetMs
      if (open) undecidedFrom = Math.min(undecidedFrom, Math.max(0, view.text.length - unit.longestMatch))
    }
    return { findings: failed ? [] : inOriginal(seen, view, text), failed, tookMs }
  })
  return { units, view, undecidedFrom }
}

function viewOn({ channel, text, progress }: LookRequest): View {
  const reading = readingOf(channel)
  if (progress && progress.read > 0 && staysOwn(text, { from: progress.read, reading })) return ownView(text)
  const view = viewOf(text, reading)
  if (progress && !view.same) forgetAll(progress)
  return view
}

function inOriginal(findings: readonly Finding[], view: View, text: string): readonly Finding[] {
  if (findings.length === 0) return findings
  const placed: Finding[] = []
  for (const finding of findings) {
    const start = view.from(finding.start)
    const end = view.until(finding.end)
    if (finding.verbatim !== undefined && text.slice(start, end) !== finding.verbatim) continue
    if (end > start) placed.push({ start, end, kind: finding.kind, score: finding.score })
  }
  return placed
}

/** Like {@link lookAt} for a whole text, remembering: agents send their whole history again and again. */
export function lookAtWhole(index: GuardrailIndex, request: Omit<LookRequest, 'open'>): TextLook['units'] {
  const { plan, text } = request
  if (text.length <= REMEMBERED_FROM) return lookAt(index, { ...request, open: false }).units
  const began = index.monotonic()
  const key = `${plan.key} ${sha256Hex(text)}`
  const known = index.verdicts.get(key)
  if (known) {
    const tookMs = (index.monotonic() - began) / Math.max(1, plan.checks.length)
    return known.map((findings) => findings && { findings, failed: false, tookMs })
  }
  const { units } = lookAt(index, { ...request, open: false })
  if (!units.some((unit) => unit?.failed)) {
    index.verdicts.set(
      key,
      units.map((unit) => unit?.findings),
    )
  }
  return units
}
