import {
  decodeGeminiCount,
  encodeGeminiCount,
  gemini,
  geminiArrayFraming,
  geminiEmbeddings,
  geminiMeter,
} from '../../models/dialects/index.ts'
import { bodyOf, chatOperation } from '../chat-operation.ts'
import { countOperation } from '../count-operation.ts'
import { embedOperation } from '../embed-operation.ts'
import type { Incoming } from '../incoming.ts'
import { asOperation, type Params, type Surface, type SurfaceRoute } from './surface.ts'

const PASS = { meter: geminiMeter, usageMark: '' }

function generate(incoming: Incoming, { model }: Params) {
  const fromAddress = { model, stream: false }
  return asOperation(chatOperation({ name: 'gemini', dialect: gemini, idPrefix: '', fromAddress }, incoming))
}

function stream(incoming: Incoming, { model }: Params) {
  const surface = { name: 'gemini', dialect: gemini, idPrefix: '', fromAddress: { model, stream: true }, pass: PASS }
  const isArray = incoming.query.get('alt') !== 'sse'
  const framed = isArray ? { framing: geminiArrayFraming, streamContentType: 'application/json' } : {}
  return asOperation(chatOperation({ ...surface, ...framed }, incoming))
}

function countTokens(incoming: Incoming, { model }: Params) {
  const call = () => decodeGeminiCount(bodyOf(incoming, { model, stream: false }))
  return asOperation(
    countOperation({ name: 'gemini-count-tokens', dialect: gemini, call, encode: encodeGeminiCount }, incoming),
  )
}

function embed(incoming: Incoming, { model }: Params) {
  return asOperation(
    embedOperation({ name: 'gemini-embeddings', dialect: geminiEmbeddings, fromAddress: { model } }, incoming),
  )
}

const METHODS: Readonly<Record<string, SurfaceRoute['operation']>> = {
  generateContent: generate,
  streamGenerateContent: stream,
  countTokens,
  embedContent: embed,
  batchEmbedContents: embed,
}

/** Google's SDK calls `/v1` (@google/genai from 3.0) or `/v1beta` (before, and the AI SDK); both are the same to us. */
const BASES = ['/v1beta', '/v1', '/gemini/v1beta', '/gemini/v1']

/** Gemini's generateContent family. The model and the method stand in the address. */
export const geminiSurface: Surface = {
  name: 'gemini',
  prefixes: ['/v1beta/', '/gemini/'],
  routes: BASES.flatMap((base) =>
    Object.entries(METHODS).map(
      ([method, operation]): SurfaceRoute => ({ method: 'POST', path: `${base}/models/*model:${method}`, operation }),
    ),
  ),
  encodeError: gemini.encodeError,
}
