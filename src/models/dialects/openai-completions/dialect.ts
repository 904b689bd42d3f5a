import type { ChatDialect } from '../dialect.ts'
import { decodeRefusal } from '../errors.ts'
import { openaiError } from '../openai-error.ts'
import { decodeAnswer, encodeAnswer } from './answer.ts'
import { decodeCall } from './decode-call.ts'
import { encodeCall } from './encode-call.ts'
import { decodeStream, encodeStream, rewriteFrame } from './stream.ts'

/** OpenAI's legacy completions (API reference, 2026-11): one prompt is one user message. */
export const openaiCompletions: ChatDialect = Object.freeze({
  name: 'openai-completions' as const,
  decodeCall,
  encodeAnswer,
  encodeStream,
  encodeError: openaiError,
  encodeCall,
  decodeAnswer,
  decodeStream,
  decodeError: decodeRefusal,
  rewriteFrame,
})
