import { sha256Hex } from '../../lib/crypto.ts'
import type { CompiledDetector } from './detectors/detector.ts'
import { forgetAll, type Progress } from './engine/progress.ts'
import type { Finding } from './engine/rule.ts'
import { ownView, type Reading, staysOwn, type View, viewOf } from './engine/view.ts'
import { furtherViews } from './engine/views/further-views.ts'
import type { ViewName } from './engine/views/named-view.ts'
import { openRunFrom } from './engine/views/runs.ts'
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
  /** In the text: from here on, an open one is not decided. */
  readonly undecidedFrom: number
}

/** What looking takes. */
export type Looking = Pick<GuardrailIndex, 'units' | 'scanner' | 'monotonic'>

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

/** Looks at a text, in every reading of it, with every unit of a plan. Linear in the text. */
export function lookAt(index: Looking, request: LookRequest): TextLook {
  const { channel, text, open, progress } = request
  const view = viewOn(request)
  const sight: Sight = { index, request, looks: new Array(index.units.length) }
  const seen = seeOne(sight, { text: view.text, open, progress })
  // Folding what comes next may change what this view says: only of a text that is its own view the beginning stays.
  if (progress && !view.same) forgetAll(progress)
  placeAll(sight, seen.findings, (finding) => inOriginal(finding, view, text))
  lookAtOriginal(sight, text)
  let undecidedFrom = view.from(seen.undecidedFrom)
  const plainJson = readingOf(channel) === 'json' && view.same
  for (const further of furtherViews(view, { original: text, asked: NOTHING_ASKED, open })) {
    if (plainJson && further.name === 'json') continue
    const goesOn = open && further.goesOn
    const inner = seeOne(sight, { text: further.text, open: goesOn, name: further.name })
    placeAll(sight, inner.findings, (finding) => ({
      ...further.span(finding.start, finding.end),
      kind: finding.kind,
      score: finding.score,
      view: further.name,
    }))
    if (goesOn) undecidedFrom = Math.min(undecidedFrom, further.span(inner.undecidedFrom, inner.undecidedFrom).start)
  }
  if (open) undecidedFrom = Math.min(undecidedFrom, view.from(openRunFrom(view.text)))
  return {
    units: sight.looks.map((look) => look && (look.failed ? { ...look, findings: [] } : look)),
    view,
    undecidedFrom,
  }
}

const NOTHING_ASKED: ReadonlySet<ViewName> = new Set()

/** All units on all readings of one text. */
interface Sight {
  readonly index: Looking
  readonly request: LookRequest
  readonly looks: (GatheredLook | undefined)[]
}

interface GatheredLook {
  findings: Finding[]
  failed: boolean
  tookMs: number
}

interface OneReading {
  readonly text: string
  readonly open: boolean
  /** Absent for the text as it stands. */
  readonly name?: ViewName
  readonly progress?: Progress | undefined
}

interface Seen {
  /** By the number of the unit, in the offsets of the view. */
  readonly findings: readonly (readonly Finding[] | undefined)[]
  readonly undecidedFrom: number
}

/** Looks at one view with every unit that reads it. */
function seeOne({ index, request, looks }: Sight, { text, open, name = 'text', progress }: OneReading): Seen {
  const { plan, channel, budgetMs } = request
  const { monotonic } = index
  const scan = index.scanner({ text, active: plan.active, open, budgetMs, monotonic, progress })
  let { undecidedFrom } = scan
  const findings = index.units.map((unit, number): readonly Finding[] | undefined => {
    if (plan.active[number] !== 1) return undefined
    const look = looks[number] ?? { findings: [], failed: false, tookMs: 0 }
    looks[number] = look
    const scanned = scan.units[number]
    look.failed ||= scanned?.failure !== undefined
    look.tookMs += scanned?.tookMs ?? 0
    if (unit.views && !unit.views.has(name)) return undefined
    const seen: readonly Finding[] = scanned?.findings ?? []
    if (!unit.find) return seen
    const began = monotonic()
    let own: readonly Finding[] = []
    try {
      own = unit.find(text, channel, name)
    } catch {
      look.failed = true
    }
    const took = monotonic() - began
    look.tookMs += took
    look.failed ||= look.tookMs > budgetMs
    if (open) undecidedFrom = Math.min(undecidedFrom, undecidedIn(text, unit))
    return own.length === 0 ? seen : [...seen, ...own]
  })
  return { findings, undecidedFrom }
}

/** Asks the units that look at the text as it came. */
function lookAtOriginal({ index, request, looks }: Sight, text: string): void {
  index.units.forEach(({ findInOriginal }, number) => {
    const look = looks[number]
    if (!findInOriginal || !look) return
    const began = index.monotonic()
    try {
      look.findings.push(...findInOriginal(text))
    } catch {
      look.failed = true
    }
    look.tookMs += index.monotonic() - began
    look.failed ||= look.tookMs > request.budgetMs
  })
}

function undecidedIn(text: string, { undecidedFrom, longestMatch }: CompiledDetector): number {
  return undecidedFrom ? undecidedFrom(text) : Math.max(0, text.length - longestMatch)
}

/** Adds what one view shows to what is known; what another view shows in the same place is no second finding. */
function placeAll(
  { looks }: Sight,
  findings: Seen['findings'],
  place: (finding: Finding) => Finding | undefined,
): void {
  findings.forEach((own, number) => {
    const look = looks[number]
    if (!own || own.length === 0 || !look) return
    const known = look.findings.length
    for (const finding of own) {
      const placed = place(finding)
      if (!placed || placed.end <= placed.start) continue
      const again = look.findings.slice(0, known).some((one) => covers(one, placed))
      if (!again) look.findings.push(placed)
    }
  })
}

/** Whether a finding is told already: of the same place, as surely. */
function covers(known: Finding, placed: Finding): boolean {
  return known.start <= placed.start && known.end >= placed.end && known.score >= placed.score
}

function viewOn({ channel, text, progress }: LookRequest): View {
  const reading = readingOf(channel)
  if (progress && progress.read > 0 && staysOwn(text, { from: progress.read, reading })) return ownView(text)
  const view = viewOf(text, reading)
  if (progress && !view.same) forgetAll(progress)
  return view
}

function inOriginal(finding: Finding, view: View, text: string): Finding | undefined {
  const start = view.from(finding.start)
  const end = view.until(finding.end)
  if (finding.verbatim !== undefined && text.slice(start, end) !== finding.verbatim) return undefined
  return { start, end, kind: finding.kind, score: finding.score }
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
