import type { EmbedCall, EmbedInput, Path } from '../canonical.ts'
import type { EncodeContext, EncodedCall, JsonObject } from '../dialect.ts'
import { dropParameter, unsupportedContent } from '../loss.ts'
import { compact, invalid, numberField, requiredString, restOf, stringField } from '../openai-chat/fields.ts'

/** Inputs that one call may have, and token ids that one input may have (OpenAI API reference, 2026-11, rounded up). */
const MAX_INPUTS = 2048
const MAX_TOKENS = 100_000

const KNOWN: ReadonlySet<string> = new Set(['model', 'input', 'dimensions', 'encoding_format', 'user'])

/** An embeddings request: one text, several, one list of token ids, or several. Throws `invalid_request` with `param`. */
export function decodeCall(body: JsonObject): EmbedCall {
  const encoding = stringField(body, 'encoding_format') ?? 'float'
  if (encoding !== 'float' && encoding !== 'base64')
    throw invalid(['encoding_format'], "'float' or 'base64' is expected.")
  return {
    kind: 'embed',
    dialect: 'openai-embeddings',
    model: requiredString(body, 'model'),
    inputs: decodeInputs(body.input),
    dimensions: numberField(body, 'dimensions', { integer: true, min: 1 }),
    encoding,
    user: stringField(body, 'user'),
    rest: restOf(body, KNOWN),
  }
}

function decodeInputs(input: unknown): readonly EmbedInput[] {
  const at: Path = ['input']
  if (input === undefined || input === null) throw invalid(at, 'it is required.')
  if (typeof input === 'string') return [textInput(input, at)]
  if (!Array.isArray(input)) throw invalid(at, 'a string, an array of strings or arrays of token ids are expected.')
  if (input.length === 0) throw invalid(at, 'at least one input is required.')
  if (typeof input[0] === 'number') return [tokenInput(input, at)]
  if (input.length > MAX_INPUTS) throw invalid(at, `at most ${MAX_INPUTS} inputs are accepted.`)
  return input.map((entry: unknown, index) => {
    const here = [...at, index]
    if (typeof entry === 'string') return textInput(entry, here)
    if (Array.isArray(entry)) return tokenInput(entry, here)
    throw invalid(here, 'a string or an array of token ids is expected.')
  })
}

function textInput(text: string, at: Path): EmbedInput {
  if (text === '') throw invalid(at, 'an empty text cannot be embedded.')
  return { kind: 'text', text, at }
}

function tokenInput(tokens: readonly unknown[], at: Path): EmbedInput {
  if (tokens.length === 0) throw invalid(at, 'an empty list of tokens cannot be embedded.')
  if (tokens.length > MAX_TOKENS) throw invalid(at, `at most ${MAX_TOKENS} token ids are accepted.`)
  const numbers = tokens.filter(
    (token): token is number => typeof token === 'number' && Number.isInteger(token) && token >= 0,
  )
  if (numbers.length !== tokens.length) throw invalid(at, 'token ids are whole numbers from 0.')
  return { kind: 'tokens', tokens: numbers }
}

/**
 * A call of any embeddings dialect for an OpenAI-compatible target; always as an array. Texts and token ids cannot stand in one
 * request. What the vectors are for and titles have no place and are declared lost.
 */
export function encodeCall(call: EmbedCall, context: EncodeContext): EncodedCall {
  const isOwn = call.dialect === 'openai-embeddings'
  const texts = call.inputs.flatMap((input) => (input.kind === 'text' ? [input.text] : []))
  const tokens = call.inputs.flatMap((input) => (input.kind === 'tokens' ? [input.tokens] : []))
  if (texts.length > 0 && tokens.length > 0) throw unsupportedContent(context, 'texts and token ids in one request')
  if (call.task !== undefined) dropParameter(context, 'task')
  if (call.inputs.some((input) => input.kind === 'text' && input.title !== undefined)) dropParameter(context, 'title')
  if (!isOwn) for (const key of Object.keys(call.rest ?? {})) dropParameter(context, key)
  const body = compact({
    model: context.target.model,
    input: tokens.length > 0 ? tokens : texts,
    dimensions: call.dimensions,
    encoding_format: call.encoding,
    user: call.user,
    ...(isOwn && call.rest),
  })
  return { body }
}
