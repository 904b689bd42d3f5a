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

/** OpenAI's chat completions (API reference, 2026-11), as OpenAI and the many servers compatible with it speak them. */
export const openaiChat: ChatDialect = Object.freeze({
  name: 'openai-chat' as const,
  decodeCall,
  encodeAnswer,
  encodeStream,
  encodeError: openaiError,
  encodeCall,
  decodeAnswer,
  decodeStream: () => decodeStream(),
  decodeError: decodeRefusal,
  rewriteFrame,
  passEdits,
})
