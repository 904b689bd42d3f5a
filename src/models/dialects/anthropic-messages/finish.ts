import type { Finish } from '../canonical.ts'
import { JSON_TOOL } from './json-tool.ts'

const FINISHES: Readonly<Record<string, Finish>> = {
  end_turn: 'stop',
  stop_sequence: 'stop-sequence',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool-calls',
  pause_turn: 'pause',
  refusal: 'refusal',
}

const REASONS: Readonly<Record<Finish, string>> = {
  stop: 'end_turn',
  'stop-sequence': 'stop_sequence',
  length: 'max_tokens',
  'tool-calls': 'tool_use',
  pause: 'pause_turn',
  refusal: 'refusal',
  'content-filter': 'refusal',
  other: 'end_turn',
}

/** Why an answer ended, from `stop_reason`; `other` for a reason we do not know. */
export function decodeFinish(reason: unknown): Finish {
  return typeof reason === 'string' && Object.hasOwn(FINISHES, reason) ? (FINISHES[reason] ?? 'other') : 'other'
}

/** `stop_reason`. An answer that calls tools ends with `tool_use` even where its provider says a plain stop. */
export function encodeFinish(finish: Finish, callsTools: boolean): string {
  return callsTools && finish === 'stop' ? 'tool_use' : REASONS[finish]
}

/** An answer given by the reserved JSON tool, and by no other, has simply stopped. */
export function unwrapFinish(finish: Finish, calledTools: readonly string[]): Finish {
  const isJsonAlone = calledTools.length > 0 && calledTools.every((name) => name === JSON_TOOL)
  return finish === 'tool-calls' && isJsonAlone ? 'stop' : finish
}
