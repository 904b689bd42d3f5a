import type { ChatDialect } from '../dialect.ts'
import { decodeAnswer } from './decode-answer.ts'
import { decodeCall } from './decode-call.ts'
import { decodeStream } from './decode-stream.ts'
import { encodeAnswer } from './encode-answer.ts'
import { encodeCall } from './encode-call.ts'
import { encodeStream } from './encode-stream.ts'
import { decodeError, encodeError } from './errors.ts'
import { rewriteFrame } from './rewrite.ts'

/**
 * Gemini's `generateContent` and `streamGenerateContent?alt=sse`, both ways (ai.google.dev/api/generate-content, v1beta,
 * 2026-11). The model and whether to stream stand in the URL: see {@link decodeCall} and {@link encodeCall}.
 */
export const gemini: ChatDialect = {
  name: 'gemini',
  decodeCall,
  encodeAnswer,
  encodeStream,
  encodeError,
  encodeCall,
  decodeAnswer,
  decodeStream,
  decodeError,
  rewriteFrame,
}
