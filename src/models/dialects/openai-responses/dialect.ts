import type { ChatDialect } from '../dialect.ts'
import { decodeRefusal } from '../errors.ts'
import { openaiError } from '../openai-error.ts'
import { decodeAnswer } from './decode-answer.ts'
import { decodeCall } from './decode-call.ts'
import { decodeStream } from './decode-stream.ts'
import { encodeAnswer } from './encode-answer.ts'
import { encodeCall } from './encode-call.ts'
import { encodeStream } from './encode-stream.ts'
import { passEdits } from './pass-edits.ts'
import { rewriteFrame } from './rewrite-frame.ts'

/** OpenAI's responses (API reference, 2026-11). State (`previous_response_id`, `store`) is the gate's, not the dialect's. */
export const openaiResponses: ChatDialect = Object.freeze({
  name: 'openai-responses' as const,
  decodeCall,
  encodeAnswer,
  encodeStream,
  encodeError: openaiError,
  encodeCall,
  decodeAnswer,
  decodeStream,
  decodeError: decodeRefusal,
  rewriteFrame,
  passEdits,
})
