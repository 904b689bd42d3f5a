import type { UpstreamDialect, UpstreamRefusal } from '../dialect.ts'
import { decodeRefusal } from '../errors.ts'
import { decodeAnswer } from './answer.ts'
import { encodeCall } from './encode-call.ts'
import { decodeStream } from './stream-decoder.ts'

/**
 * Amazon Bedrock's `Converse` and `ConverseStream`, towards Bedrock alone: no surface speaks it, and its stream is binary,
 * which no `StreamEncoder` can write. Its frames have no `raw`, so there is nothing to rewrite in them.
 */
export const bedrockConverse: UpstreamDialect = Object.freeze({
  name: 'bedrock-converse',
  encodeCall,
  decodeAnswer,
  decodeStream,
  decodeError,
  rewriteFrame: (raw: string) => raw,
})

/** 424 is a `ModelErrorException`: the model failed, the caller did nothing wrong. */
function decodeError(refusal: UpstreamRefusal) {
  return decodeRefusal(refusal.status === 424 ? { ...refusal, status: 502 } : refusal)
}
