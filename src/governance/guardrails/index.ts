export type { AnswerGuard, Blocked, Channel, Inspection, Phase, Segment, TextGuard, Verdict } from './inspection.ts'
