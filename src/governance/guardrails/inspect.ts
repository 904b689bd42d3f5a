import type { Finding } from './engine/rule.ts'
import type { Guards, Plan } from './guardrail-index.ts'
import { phasesOf, planFor } from './guards.ts'
import type { Blocked, Channel, Inspection, Phase, Segment } from './inspection.ts'
import { judge, judgeUnreadable, type Tallies, verdictsOf } from './judge.ts'
import { lookAtWhole, readingOf, type TextLook } from './look.ts'
import type { Pseudonyms } from './pseudonyms.ts'
import { jsonRedactor, placeholder, plainRedactor, type Replace } from './redact.ts'

const CHANNELS_OF_CALLS: readonly Channel[] = ['user', 'tool-result', 'tool-arguments']
const CHANNELS_OF_ANSWERS: readonly Channel[] = ['assistant', 'tool-arguments']

/**
 * Inspects the texts of a call. All checks see all texts, also when one blocks: the record then says all that was found.
 * Synchronous while all detectors are. With `pseudonyms`, what is masked reversibly gets a name in them.
 */
export function inspectSegments(
  guards: Guards,
  phase: Phase,
  segments: readonly Segment[],
  pseudonyms?: Pseudonyms,
): Inspection | Promise<Inspection> {
  if (pseudonyms) for (const { text } of segments) pseudonyms.avoid(text)
  return inspectTexts(guards, phase, {
    segments,
    channels: CHANNELS_OF_CALLS,
    replace: pseudonyms && naming(pseudonyms),
  })
}

/** Gives what comes back a name, and takes out the rest. */
function naming(pseudonyms: Pseudonyms): Replace {
  return ({ kind, reversible, view }, found, json) => {
    // What was found behind a disguise is not what stands there.
    if (!reversible || view !== undefined) return placeholder(kind)
    return pseudonyms.nameOf(kind, json ? unescaped(found) : found)
  }
}

function unescaped(written: string): string {
  if (!written.includes('\\')) return written
  try {
    return String(JSON.parse(`"${written}"`))
  } catch {
    return written
  }
}

/** Inspects one whole text of an answer; masked text is segment 0. */
export function inspectAnswerText(guards: Guards, channel: Channel, text: string): Inspection | Promise<Inspection> {
  return inspectTexts(guards, 'output', { segments: [{ channel, text }], channels: [channel] })
}

/** Inspects the texts of a whole answer together: one verdict for each check. Synchronous while all detectors are. */
export function inspectAnswerTexts(guards: Guards, segments: readonly Segment[]): Inspection | Promise<Inspection> {
  return inspectTexts(guards, 'output', { segments, channels: segments.map(({ channel }) => channel) })
}

interface Texts {
  readonly segments: readonly Segment[]
  /** Channels whose phases verdicts are told for, also when no text came. */
  readonly channels: readonly Channel[]
  readonly replace?: Replace | undefined
}

function inspectTexts(guards: Guards, phase: Phase, { segments, channels, replace }: Texts): Inspection {
  const tallies: Tallies = new Map()
  const replaced = new Map<number, string>()
  let blocked: Blocked | undefined
  segments.forEach(({ channel, text, unreadable, seams }, number) => {
    const plan = planFor(guards, phase, channel)
    if (plan.checks.length === 0) return
    if (unreadable !== undefined) {
      const refused = judgeUnreadable(plan, unreadable, tallies)
      blocked ??= refused
      return
    }
    const budgetMs = plan.budgetMs - spent(plan, tallies)
    const look = lookAtWhole(guards.index, { plan, channel, text, budgetMs })
    const ownLooks = seams?.length
      ? [0, ...seams].map((start, part) => ({
          start,
          units: lookAtWhole(guards.index, { plan, channel, text: text.slice(start, seams[part]), budgetMs }),
        }))
      : []
    const judgement = judge(plan, seams ? acrossSeams(look, ownLooks) : look, { tallies, timedBy: 'operation' })
    blocked ??= judgement.blocked
    if (seams && judgement.masks.length > 0) blocked ??= spread(plan)
    if (seams) return
    if (judgement.masks.length === 0) return
    const redactor = readingOf(channel) === 'json' ? jsonRedactor(replace) : plainRedactor(replace)
    replaced.set(number, redactor.redact(text, judgement.masks))
  })
  const verdicts = verdictsOf(guards.checks, governing(phase, channels), tallies)
  return { verdicts, replaced: blocked ? new Map() : replaced, ...(blocked && { blocked }) }
}

interface PartLook {
  readonly start: number
  readonly units: TextLook['units']
}

/** What no part shows alone, not even some of it: what a part shows is judged there. */
function acrossSeams(joined: TextLook['units'], parts: readonly PartLook[]): TextLook['units'] {
  return joined.map((unit, number) => {
    if (!unit || unit.findings.length === 0) return unit
    const own = parts.flatMap(({ start, units }) =>
      (units[number]?.findings ?? []).map((found) => ({ start: found.start + start, end: found.end + start })),
    )
    const alone = ({ start, end }: Finding) => !own.some((one) => one.start < end && one.end > start)
    return { ...unit, findings: unit.findings.filter(alone) }
  })
}

function spread({ checks }: Plan): Blocked | undefined {
  const check = checks.find(({ mode, action }) => mode === 'enforce' && action === 'mask')
  return (
    check && {
      guardrail: check.guardrail,
      detector: check.detector,
      message: `The guardrail ${check.guardrail} must mask what is spread over several parts of one message. Send it as one text.`,
    }
  )
}

/** The time that the slowest check of a plan has taken for the texts before. */
function spent(plan: Plan, tallies: Tallies): number {
  return plan.checks.reduce((most, check) => Math.max(most, tallies.get(check)?.ms ?? 0), 0)
}

function governing(phase: Phase, channels: readonly Channel[]): readonly Phase[] {
  return [...new Set(channels.flatMap((channel) => phasesOf(phase, channel)))]
}

/** The phases that an answer's checks are told for. */
export function phasesOfAnswers(): readonly Phase[] {
  return governing('output', CHANNELS_OF_ANSWERS)
}
