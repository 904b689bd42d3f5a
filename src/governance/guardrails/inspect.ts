import type { Guards, Plan } from './guardrail-index.ts'
import { phasesOf, planFor } from './guards.ts'
import type { Blocked, Channel, Inspection, Phase, Segment } from './inspection.ts'
import { judge, judgeUnreadable, type Tallies, verdictsOf } from './judge.ts'
import { lookAtWhole, readingOf } from './look.ts'
import { jsonRedactor, plainRedactor } from './redact.ts'

const CHANNELS_OF_CALLS: readonly Channel[] = ['user', 'tool-result', 'tool-arguments']
const CHANNELS_OF_ANSWERS: readonly Channel[] = ['assistant', 'tool-arguments']

/**
 * Inspects the texts of a call. All checks see all texts, also when one blocks: the record then says all that was found.
 * Synchronous while all detectors are.
 */
export function inspectSegments(
  guards: Guards,
  phase: Phase,
  segments: readonly Segment[],
): Inspection | Promise<Inspection> {
  return inspectTexts(guards, phase, { segments, channels: CHANNELS_OF_CALLS })
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
}

function inspectTexts(guards: Guards, phase: Phase, { segments, channels }: Texts): Inspection {
  const tallies: Tallies = new Map()
  const replaced = new Map<number, string>()
  let blocked: Blocked | undefined
  segments.forEach(({ channel, text, unreadable }, number) => {
    const plan = planFor(guards, phase, channel)
    if (plan.checks.length === 0) return
    if (unreadable !== undefined) {
      const refused = judgeUnreadable(plan, unreadable, tallies)
      blocked ??= refused
      return
    }
    const budgetMs = plan.budgetMs - spent(plan, tallies)
    const judgement = judge(plan, lookAtWhole(guards.index, { plan, channel, text, budgetMs }), {
      tallies,
      timedBy: 'operation',
    })
    blocked ??= judgement.blocked
    if (judgement.masks.length === 0) return
    const redactor = readingOf(channel) === 'json' ? jsonRedactor() : plainRedactor()
    replaced.set(number, redactor.redact(text, judgement.masks))
  })
  const verdicts = verdictsOf(guards.checks, governing(phase, channels), tallies)
  return { verdicts, replaced: blocked ? new Map() : replaced, ...(blocked && { blocked }) }
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
