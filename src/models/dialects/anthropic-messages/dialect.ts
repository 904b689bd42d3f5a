import type { ChatDialect } from '../dialect.ts'
import { decodeRefusal } from '../errors.ts'
import { decodeAnswer, encodeAnswer } from './answer.ts'
import { decodeCall } from './decode-call.ts'
import { encodeCall } from './encode-call.ts'
import { encodeError } from './error-shape.ts'
import { rewriteFrame } from './rewrite.ts'
import { decodeStream } from './stream-decoder.ts'
import { encodeStream } from './stream-encoder.ts'

/** Anthropic's `/v1/messages`, both ways (API version 2023-06-01 as documented in 2026-11). */
export const anthropicMessages: ChatDialect = Object.freeze({
  name: 'anthropic-messages',
  decodeCall,
  encodeAnswer,
  encodeStream,
  encodeError,
  encodeCall,
  decodeAnswer,
  decodeStream,
  decodeError: decodeRefusal,
  rewriteFrame,
})
