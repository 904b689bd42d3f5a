import { GatewayError } from '../../lib/errors.ts'
import { forget, forgetAll, noProgress } from './engine/progress.ts'
import type { Finding } from './engine/rule.ts'
import { brokenEscape } from './engine/view.ts'
import type { Guards, Plan } from './guardrail-index.ts'
import { planFor } from './guards.ts'
import { phasesOfAnswers } from './inspect.ts'
import type { AnswerGuard, Blocked, TextGuard } from './inspection.ts'
import { judge, type Tallies, verdictsOf } from './judge.ts'
import { lookAt, readingOf, type TextLook } from './look.ts'
import { jsonRedactor, plainRedactor } from './redact.ts'

type AnswerChannel = 'assistant' | 'tool-arguments'

/** Text already let go that rules still look back at: boundaries, names before values. */
const CONTEXT = 300
/** Beyond this much held text, it is looked at again only when an eighth has been added: the work stays linear. */
const LOOKED_AT_EVERY_TIME = 512

/** Guards for a streamed answer; absent when no check looks at answers. */
export function answerGuard(guards: Guards): AnswerGuard | undefined {
  if (!guards.inspectsAnswers) return undefined
  const tallies: Tallies = new Map()
  return {
    forBlock: (channel) => {
      const plan = planFor(guards, 'output', channel)
      return plan.checks.length === 0 ? OPEN : textGuard(guards, { plan, channel, tallies })
    },
    verdicts: () => verdictsOf(guards.checks, phasesOfAnswers(), tallies),
  }
}

/** Lets everything pass: nothing looks at this channel. */
const OPEN: TextGuard = Object.freeze({ push: (text: string) => text, held: () => 0, end: () => '' })

interface Watching {
  readonly plan: Plan
  readonly channel: AnswerChannel
  readonly tallies: Tallies
}

function textGuard(guards: Guards, { plan, channel, tallies }: Watching): TextGuard {
  const json = readingOf(channel) === 'json'
  const redactor = json ? jsonRedactor() : plainRedactor()
  /** Context, then what is held. */
  let buffer = ''
  let context = 0
  let looked = 0
  let refused: Blocked | undefined
  const progress = noProgress()

  const letGo = (look: TextLook, to: number): string => {
    const found = look.units.some((unit) => unit !== undefined && unit.findings.length > 0)
    const units = found
      ? look.units.map((unit) => unit && { ...unit, findings: between(unit.findings, context, to) })
      : look.units
    const { masks, blocked } = judge(plan, units, { tallies, timedBy: 'text' })
    if (blocked) {
      refused = blocked
      throw refusal(blocked)
    }
    return redactor.redact(
      buffer.slice(context, to),
      masks.map((span) => ({ ...span, start: span.start - context, end: span.end - context })),
    )
  }
  const proceed = (open: boolean): string => {
    if (refused) throw refusal(refused)
    const text = open ? buffer.slice(0, buffer.length - brokenOff(buffer, json)) : buffer
    const look = lookAt(guards.index, { plan, channel, text, open, budgetMs: plan.budgetMs, progress })
    const to = open ? Math.max(context, decidedTo(look)) : buffer.length
    const released = letGo(look, to)
    const keepFrom = look.view.from(Math.max(0, viewPlace(look, to) - CONTEXT))
    buffer = buffer.slice(keepFrom)
    forget(progress, keepFrom)
    context = to - keepFrom
    looked = buffer.length - context
    return released
  }
  const held = () => buffer.length - context
  return {
    push: (text) => {
      buffer += text
      if (!refused && looked > LOOKED_AT_EVERY_TIME && held() - looked < looked / 8) return ''
      return proceed(true)
    },
    held,
    end: () => {
      if (held() === 0 && !refused) return ''
      const released = proceed(false)
      buffer = ''
      context = 0
      forgetAll(progress)
      return released
    },
  }
}

function refusal({ message, guardrail, detector }: Blocked): GatewayError {
  return new GatewayError('content_blocked', { message, facts: { guardrail, detector } })
}

/** Characters at the end that are half of something: of an escape, of a surrogate pair. */
function brokenOff(text: string, json: boolean): number {
  const broken = json ? brokenEscape(text) : 0
  const last = text.charCodeAt(text.length - broken - 1)
  return last >= 0xd800 && last <= 0xdbff ? broken + 1 : broken
}

/** How far everything is decided, in the offsets of the text: no finding lies across it. */
function decidedTo({ units, undecidedFrom }: TextLook): number {
  let to = undecidedFrom
  for (let moved = true; moved; ) {
    moved = false
    for (const unit of units) {
      for (const { start, end } of unit?.findings ?? []) {
        if (start < to && end > to) {
          to = start
          moved = true
        }
      }
    }
  }
  return to
}

/** The place in the view that a place in the text came from; a little too early when folding shortened the text. */
function viewPlace({ view }: TextLook, to: number): number {
  if (view.same) return to
  let low = 0
  let high = view.text.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (view.from(middle) < to) low = middle + 1
    else high = middle
  }
  return low
}

/** The findings that are decided now: new ones, and what is left of those whose beginning is already gone. */
function between(findings: readonly Finding[], from: number, to: number): readonly Finding[] {
  return findings
    .filter(({ start, end }) => end > from && start < to)
    .map((finding) => (finding.start < from ? { ...finding, start: from } : finding))
}
