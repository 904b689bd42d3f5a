import type { EmbedDialect } from '../dialect.ts'
import { decodeRefusal } from '../errors.ts'
import { openaiError } from '../openai-error.ts'
import { decodeAnswer, encodeAnswer } from './answer.ts'
import { decodeCall, encodeCall } from './call.ts'

/** OpenAI's embeddings (API reference, 2026-11), as OpenAI and the servers compatible with it speak them. */
export const openaiEmbeddings: EmbedDialect = Object.freeze({
  name: 'openai-embeddings' as const,
  decodeCall,
  encodeAnswer,
  encodeCall,
  decodeAnswer,
  decodeError: decodeRefusal,
  encodeError: openaiError,
})
