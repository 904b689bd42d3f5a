import { GatewayError } from '../../lib/errors.ts'
import { isObject } from '../../lib/json.ts'
import {
  type EmbedAnswer,
  type EmbedCall,
  type EncodedCall,
  geminiEmbeddings,
  type JsonObject,
  type UpstreamEmbedDialect,
} from '../dialects/index.ts'

/** Vertex's `predict` for text embeddings (Google Cloud, "Text embeddings API", 2026-11), which counts tokens by text. */
export const vertexEmbeddings: UpstreamEmbedDialect = Object.freeze({
  name: 'gemini',
  encodeCall,
  decodeAnswer,
  decodeError: geminiEmbeddings.decodeError,
})

function encodeCall(call: EmbedCall): EncodedCall {
  const instances = call.inputs.map((input) => {
    if (input.kind === 'text') {
      return {
        content: input.text,
        ...(call.task === undefined ? {} : { task_type: call.task.toUpperCase().replaceAll('-', '_') }),
        ...(input.title === undefined ? {} : { title: input.title }),
      }
    }
    throw new GatewayError('unsupported_content', {
      message: 'The chosen model embeds text, not token lists.',
      param: 'input',
    })
  })
  const parameters = call.dimensions === undefined ? {} : { parameters: { outputDimensionality: call.dimensions } }
  return { body: { instances, ...parameters } }
}

function decodeAnswer(body: JsonObject): EmbedAnswer {
  const predictions: readonly unknown[] = Array.isArray(body.predictions) ? body.predictions : []
  let inputTokens = 0
  const vectors = predictions.map((prediction) => {
    const embeddings = isObject(prediction) ? prediction.embeddings : undefined
    const values: unknown = isObject(embeddings) ? embeddings.values : undefined
    if (!Array.isArray(values) || !values.every((value) => typeof value === 'number')) throw noEmbeddings()
    const statistics = isObject(embeddings) ? embeddings.statistics : undefined
    if (isObject(statistics) && typeof statistics.token_count === 'number') inputTokens += statistics.token_count
    return values
  })
  if (vectors.length === 0) throw noEmbeddings()
  return { kind: 'embed', model: '', vectors, ...(inputTokens > 0 && { usage: { inputTokens, outputTokens: 0 } }) }
}

function noEmbeddings(): GatewayError {
  return new GatewayError('upstream_invalid', { internalDetail: 'no embeddings in the answer of Vertex' })
}
