import type { ChatDialect } from '../dialect.ts'
import { decodeRefusal } from '../errors.ts'
import { decodeAnswer } from './decode-answer.ts'
import { decodeCall } from './decode-call.ts'
import { decodeStream } from './decode-stream.ts'
import { encodeAnswer } from './encode-answer.ts'
import { encodeCall } from './encode-call.ts'
import { encodeStream } from './encode-stream.ts'
import { encodeError } from './errors.ts'
import { rewriteFrame } from './rewrite.ts'

/** Cohere's `POST /v2/chat`, both ways (docs.cohere.com/reference/chat, 2026-11). */
export const cohereChat: ChatDialect = {
  name: 'cohere-chat',
  decodeCall,
  encodeAnswer,
  encodeStream,
  encodeError,
  encodeCall,
  decodeAnswer,
  decodeStream,
  decodeError: decodeRefusal,
  rewriteFrame,
}
