import { GatewayError } from '../../lib/errors.ts'
import {
  bedrockConverse,
  cohereEmbeddings,
  type EmbedAnswer,
  type EmbedCall,
  type EncodeContext,
  type EncodedCall,
  type JsonObject,
  type UpstreamEmbedDialect,
} from '../dialects/index.ts'

/** Amazon Titan's text embeddings (AWS user guide, "Amazon Titan Embeddings", 2026-11): one text a call. */
export const titanEmbeddings: UpstreamEmbedDialect = Object.freeze({
  name: 'bedrock-converse',
  encodeCall: encodeTitan,
  decodeAnswer: decodeTitan,
  decodeError: bedrockConverse.decodeError,
})

/** Cohere's embeddings by InvokeModel: Cohere's own body without the model; floats by type, no count of tokens. */
export const cohereOnBedrock: UpstreamEmbedDialect = Object.freeze({
  name: 'bedrock-converse',
  encodeCall: (call: EmbedCall, context: EncodeContext): EncodedCall => {
    const { model: _, ...body } = cohereEmbeddings.encodeCall(call, context).body
    return { body }
  },
  decodeAnswer: cohereEmbeddings.decodeAnswer,
  decodeError: bedrockConverse.decodeError,
})

function encodeTitan(call: EmbedCall, context: EncodeContext): EncodedCall {
  const [input, ...more] = call.inputs
  if (input?.kind !== 'text' || more.length > 0) {
    throw new GatewayError('unsupported_content', {
      message: 'The chosen model embeds text, not token lists.',
      param: 'input',
    })
  }
  if (call.task !== undefined) context.warn('dropped: task')
  // The first generation knows one length only and refuses the parameter.
  const takesDimensions = !context.target.model.includes('titan-embed-text-v1')
  if (call.dimensions !== undefined && !takesDimensions) {
    if (context.strict) throw new GatewayError('unsupported_parameter', { param: 'dimensions' })
    context.warn('dropped: dimensions')
  }
  return {
    body: {
      inputText: input.text,
      ...(call.dimensions !== undefined && takesDimensions ? { dimensions: call.dimensions } : {}),
    },
  }
}

function decodeTitan(body: JsonObject): EmbedAnswer {
  const { embedding, inputTextTokenCount: tokens } = body
  if (!Array.isArray(embedding) || !embedding.every((value) => typeof value === 'number')) {
    throw new GatewayError('upstream_invalid', { internalDetail: 'no embedding in the answer of Titan' })
  }
  return {
    kind: 'embed',
    model: '',
    vectors: [embedding],
    ...(typeof tokens === 'number' ? { usage: { inputTokens: tokens, outputTokens: 0 } } : {}),
  }
}
