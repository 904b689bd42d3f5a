import { GatewayError } from '../../../lib/errors.ts'
import { isObject } from '../../../lib/json.ts'
import type { EmbedAnswer, EmbedCall, EmbedInput } from '../canonical.ts'
import type { EmbedDialect, EncodeContext, EncodedCall, JsonObject } from '../dialect.ts'
import { dropParameter } from '../loss.ts'
import { notWanted } from '../upstream-text.ts'
import { decodeError, encodeError } from './errors.ts'
import {
  compact,
  keyOf,
  knownNames,
  malformed,
  type Node,
  nodeOf,
  nodesOf,
  numberOf,
  restOf,
  textOf,
  withRest,
} from './fields.ts'
import { readUsage } from './usage.ts'

const KNOWN = knownNames('model', 'content', 'requests', 'taskType', 'title', 'outputDimensionality')
/** In `rest`: the request came as `batchEmbedContents`, so the answer is a list. */
const BATCH = 'batch'
/** Gemini's task types by the canonical words (ai.google.dev/api/embeddings#TaskType, 2026-11). */
const TASKS: ReadonlySet<string> = new Set([
  'RETRIEVAL_QUERY',
  'RETRIEVAL_DOCUMENT',
  'SEMANTIC_SIMILARITY',
  'CLASSIFICATION',
  'CLUSTERING',
  'QUESTION_ANSWERING',
  'FACT_VERIFICATION',
  'CODE_RETRIEVAL_QUERY',
])
/** Other vendors' words (Cohere's input types) for Gemini's tasks. */
const SYNONYMS: Readonly<Record<string, string>> = {
  'search-query': 'RETRIEVAL_QUERY',
  'search-document': 'RETRIEVAL_DOCUMENT',
}

/**
 * Gemini's embeddings, both ways: `embedContent` and `batchEmbedContents` (the body with `requests`) towards clients,
 * always `batchEmbedContents` towards the upstream. The surface adds the URL's `model` at the top. Throws
 * `invalid_request` for malformed requests, and for a batch whose requests differ in task or dimensions.
 */
export const geminiEmbeddings: EmbedDialect = {
  name: 'gemini',
  decodeCall: decodeEmbedCall,
  encodeCall: encodeEmbedCall,
  decodeAnswer: decodeEmbedAnswer,
  encodeAnswer: encodeEmbedAnswer,
  decodeError,
  encodeError,
}

function decodeEmbedCall(body: JsonObject): EmbedCall {
  const root: Node = { json: body, at: [] }
  const isBatch = keyOf(body, 'requests') !== undefined
  const requests = isBatch ? nodesOf(root, 'requests') : [root]
  const [first] = requests
  if (first === undefined) throw malformed(['requests'], 'a list with at least one request')
  const task = sharedBy(requests, (request) => textOf(request, 'taskType'), 'taskType')
  const dimensions = sharedBy(requests, (request) => numberOf(request, 'outputDimensionality'), 'outputDimensionality')
  const model = textOf(root, 'model') ?? textOf(first, 'model') ?? ''
  const rest = restOf(body, KNOWN)
  return {
    kind: 'embed',
    dialect: 'gemini',
    model: model.replace(/^models\//, ''),
    inputs: requests.map(readInput),
    ...(dimensions === undefined ? {} : { dimensions }),
    encoding: 'float',
    ...(task === undefined ? {} : { task: task.toLowerCase().replace(/_/g, '-') }),
    ...withRest(isBatch ? { ...rest, [BATCH]: true } : rest),
  }
}

function sharedBy<T>(requests: readonly Node[], read: (request: Node) => T, name: string): T | undefined {
  const [first, ...others] = requests.map(read)
  const odd = others.findIndex((value) => value !== first)
  if (odd >= 0) throw malformed(['requests', odd + 1, name], `the same for all requests of a batch`)
  return first
}

function readInput(request: Node): EmbedInput {
  const content = nodeOf(request, 'content')
  if (content === undefined) throw malformed([...request.at, 'content'], 'a content')
  const parts = nodesOf(content, 'parts')
  const texts = parts.map((part) => textOf(part, 'text'))
  const [first] = parts
  if (first === undefined || texts.some((text) => text === undefined))
    throw malformed([...content.at, 'parts'], 'parts of text')
  const title = textOf(request, 'title')
  return {
    kind: 'text',
    text: texts.join('\n'),
    // Several parts are one text here: no single string of the caller's holds it.
    ...(parts.length === 1 ? { at: [...first.at, 'text'] } : {}),
    ...(title === undefined ? {} : { title }),
  }
}

function encodeEmbedCall(call: EmbedCall, context: EncodeContext): EncodedCall {
  const taskType = taskOf(call, context)
  const requests = call.inputs.map((input) => {
    if (input.kind === 'tokens') {
      throw new GatewayError('unsupported_content', {
        message: 'The chosen model embeds text, not token lists.',
        param: 'input',
      })
    }
    return compact({
      model: `models/${context.target.model}`,
      content: { parts: [{ text: input.text }] },
      taskType,
      title: input.title,
      outputDimensionality: call.dimensions,
    })
  })
  return { body: { requests } }
}

function taskOf(call: EmbedCall, context: EncodeContext): string | undefined {
  if (call.task === undefined) return undefined
  const name = SYNONYMS[call.task] ?? call.task.toUpperCase().replace(/-/g, '_')
  if (TASKS.has(name)) return name
  dropParameter(context, 'task')
  return undefined
}

function decodeEmbedAnswer(body: JsonObject): EmbedAnswer {
  const list = body['embeddings'] ?? (body['embedding'] === undefined ? undefined : [body['embedding']])
  if (!Array.isArray(list)) throw noEmbeddings(body)
  const vectors = list.map((entry: unknown) => {
    const values = isObject(entry) ? entry['values'] : undefined
    if (!Array.isArray(values) || !values.every((value) => typeof value === 'number')) throw noEmbeddings(body)
    return values
  })
  const usage = readUsage(body['usageMetadata'])
  return { kind: 'embed', model: '', vectors, ...(usage === undefined ? {} : { usage }) }
}

function noEmbeddings(body: JsonObject): GatewayError {
  return notWanted('embeddings', body)
}

function encodeEmbedAnswer(answer: EmbedAnswer, call: EmbedCall): JsonObject {
  const vectors = answer.vectors.map((values) => ({ values }))
  const promptTokenCount = answer.usage?.inputTokens
  return compact({
    ...(call.rest?.[BATCH] === true ? { embeddings: vectors } : { embedding: vectors[0] }),
    usageMetadata: promptTokenCount === undefined ? undefined : { promptTokenCount },
  })
}
