import type { Finish } from '../canonical.ts'

/** Gemini's finish reasons by what they mean (ai.google.dev/api/generate-content#FinishReason, 2026-11). */
const MEANING: Readonly<Record<string, Finish>> = {
  STOP: 'stop',
  MAX_TOKENS: 'length',
  SAFETY: 'content-filter',
  RECITATION: 'content-filter',
  BLOCKLIST: 'content-filter',
  PROHIBITED_CONTENT: 'content-filter',
  SPII: 'content-filter',
  MODEL_ARMOR: 'content-filter',
  IMAGE_SAFETY: 'content-filter',
  IMAGE_PROHIBITED_CONTENT: 'content-filter',
  IMAGE_RECITATION: 'content-filter',
}

const WRITTEN: Readonly<Record<Finish, string>> = {
  stop: 'STOP',
  'stop-sequence': 'STOP',
  'tool-calls': 'STOP',
  length: 'MAX_TOKENS',
  'content-filter': 'SAFETY',
  refusal: 'SAFETY',
  pause: 'OTHER',
  other: 'OTHER',
}

/**
 * What a `finishReason` means. Gemini says `STOP` when it calls functions; whether it did decides. Malformed and
 * unexpected function calls, and reasons we do not know, are `other`.
 */
export function readFinish(reason: string, callsTools: boolean): Finish {
  const finish = Object.hasOwn(MEANING, reason) ? (MEANING[reason] ?? 'other') : 'other'
  return finish === 'stop' && callsTools ? 'tool-calls' : finish
}

/** The `finishReason` that says it to a Gemini client; its own reason (kept in `rest`) wins where it means the same. */
export function writeFinish(finish: Finish, own?: unknown): string {
  if (typeof own === 'string' && sameFinish(readFinish(own, false), finish)) return own
  return WRITTEN[finish]
}

function sameFinish(read: Finish, asked: Finish): boolean {
  return read === asked || (WRITTEN[read] === 'STOP' && WRITTEN[asked] === 'STOP')
}
