import { GatewayError } from '../../../lib/errors.ts'
import { isObject } from '../../../lib/json.ts'
import type { EmbedAnswer, EmbedCall } from '../canonical.ts'
import type { EmbedDialect, EncodeContext, EncodedCall, JsonObject } from '../dialect.ts'
import { decodeRefusal } from '../errors.ts'
import { dropParameter } from '../loss.ts'
import { notWanted, tokenCount } from '../upstream-text.ts'
import { malformed } from './decode-call.ts'
import { encodeError } from './errors.ts'

/** Cohere's input types by the canonical task (docs.cohere.com/reference/embed, 2026-11). */
const INPUT_TYPES: Readonly<Record<string, string>> = {
  'retrieval-query': 'search_query',
  'search-query': 'search_query',
  'question-answering': 'search_query',
  'fact-verification': 'search_query',
  'code-retrieval-query': 'search_query',
  'retrieval-document': 'search_document',
  'search-document': 'search_document',
  classification: 'classification',
  clustering: 'clustering',
}
const KNOWN: ReadonlySet<string> = new Set(['model', 'texts', 'input_type', 'output_dimension', 'embedding_types'])

/** Cohere's `POST /v2/embed` for texts, both ways, with float vectors. */
export const cohereEmbeddings: EmbedDialect = {
  name: 'cohere-chat',
  decodeCall: decodeEmbedCall,
  encodeCall: encodeEmbedCall,
  decodeAnswer: decodeEmbedAnswer,
  encodeAnswer: encodeEmbedAnswer,
  decodeError: decodeRefusal,
  encodeError,
}

function decodeEmbedCall(body: JsonObject): EmbedCall {
  const { model, texts, input_type: inputType, output_dimension: dimensions, embedding_types: types } = body
  if (typeof model !== 'string') throw malformed(['model'], 'a string')
  if (!Array.isArray(texts) || texts.length === 0 || !texts.every((text) => typeof text === 'string'))
    throw malformed(['texts'], 'a list of strings')
  if (Array.isArray(types) && types.some((type) => type !== 'float')) throw malformed(['embedding_types'], '["float"]')
  const rest = Object.entries(body).filter(([name]) => !KNOWN.has(name))
  return {
    kind: 'embed',
    dialect: 'cohere-chat',
    model,
    inputs: texts.map((text: string, at) => ({ kind: 'text', text, at: ['texts', at] })),
    ...(typeof dimensions === 'number' ? { dimensions } : {}),
    encoding: 'float',
    ...(typeof inputType === 'string' ? { task: inputType.replaceAll('_', '-') } : {}),
    ...(rest.length === 0 ? {} : { rest: Object.fromEntries(rest) }),
  }
}

/** Throws `unsupported_content` for token lists. A call without a task embeds documents, which is what most calls do. */
function encodeEmbedCall(call: EmbedCall, context: EncodeContext): EncodedCall {
  const texts = call.inputs.map((input) => {
    if (input.kind === 'text') return input.text
    throw new GatewayError('unsupported_content', {
      message: 'The chosen model embeds text, not token lists.',
      param: 'input',
    })
  })
  const inputType =
    call.task === undefined || !Object.hasOwn(INPUT_TYPES, call.task) ? undefined : INPUT_TYPES[call.task]
  if (call.task !== undefined && inputType === undefined) dropParameter(context, 'task')
  return {
    body: {
      model: context.target.model,
      texts,
      input_type: inputType ?? 'search_document',
      embedding_types: ['float'],
      ...(call.dimensions === undefined ? {} : { output_dimension: call.dimensions }),
      ...(call.dialect === 'cohere-chat' ? call.rest : {}),
    },
  }
}

function decodeEmbedAnswer(body: JsonObject): EmbedAnswer {
  const { embeddings, meta } = body
  const list = isObject(embeddings) ? embeddings['float'] : embeddings
  if (!Array.isArray(list) || !list.every(isVector)) {
    throw notWanted('embeddings', body)
  }
  const billed = isObject(meta) ? meta['billed_units'] : undefined
  const tokens = isObject(billed) ? tokenCount(billed['input_tokens']) : undefined
  return {
    kind: 'embed',
    model: '',
    vectors: list,
    ...(tokens !== undefined ? { usage: { inputTokens: tokens, outputTokens: 0 } } : {}),
  }
}

function isVector(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'number')
}

function encodeEmbedAnswer(answer: EmbedAnswer, call: EmbedCall): JsonObject {
  const texts = call.inputs.map((input) => (input.kind === 'text' ? input.text : ''))
  const billed = answer.usage === undefined ? {} : { billed_units: { input_tokens: answer.usage.inputTokens } }
  return {
    response_type: 'embeddings_by_type',
    embeddings: { float: answer.vectors },
    texts,
    meta: { api_version: { version: '2' }, ...billed },
  }
}
