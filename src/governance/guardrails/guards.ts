import type { DocumentSet } from '../../platform/documents/index.ts'
import type { AnswerGuard, Channel, Inspection, Phase, Segment } from './inspection.ts'

/** All guardrails of a snapshot. */
export interface GuardrailIndex {
  readonly size: number
}

/** The guardrails of one operation. */
export interface Guards {
  readonly inspectsCalls: boolean
  readonly inspectsAnswers: boolean
}

const NONE: Guards = Object.freeze({ inspectsCalls: false, inspectsAnswers: false })
const CLEAN: Inspection = Object.freeze({ verdicts: [], replaced: new Map() })

/** Compiles the Guardrail documents of a set. */
export function compileGuardrails(_documents: DocumentSet): GuardrailIndex {
  return Object.freeze({ size: 0 })
}

/** The guardrails that apply to somebody using something, by the scopes both stand in. */
export function guardsFor(_index: GuardrailIndex, _scopes: readonly string[]): Guards {
  return NONE
}

/** Inspects the texts of a call. */
export function inspectSegments(_guards: Guards, _phase: Phase, _segments: readonly Segment[]): Inspection | Promise<Inspection> {
  return CLEAN
}

/** Inspects one whole text of an answer. */
export function inspectAnswerText(_guards: Guards, _channel: Channel, _text: string): Inspection | Promise<Inspection> {
  return CLEAN
}

/** Guards for a streamed answer; absent when none applies. */
export function answerGuard(_guards: Guards): AnswerGuard | undefined {
  return undefined
}
