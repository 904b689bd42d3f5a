import { isObject } from '../../../lib/json.ts'
import type { Block, MediaSource, Path, Rest, ToolResultBlock } from '../canonical.ts'
import { formatOfMediaType, inlineMedia } from '../media.ts'
import type { CallIds } from './call-ids.ts'
import { flagOf, keyOf, knownNames, malformed, type Node, nodeOf, nodesOf, restOf, textOf, withRest } from './fields.ts'
import { readSignature } from './signature.ts'

const TEXT_PART = knownNames('text', 'thought', 'thoughtSignature')
const CALL_PART = knownNames('functionCall', 'thoughtSignature')
const RESPONSE_PART = knownNames('functionResponse')
const MEDIA_PART = knownNames('inlineData', 'fileData')
const CALL = knownNames('id', 'name', 'args')
const RESPONSE = knownNames('id', 'name', 'response', 'parts')
const MEDIA = knownNames('mimeType', 'data', 'fileUri', 'displayName')

/**
 * One `Part` as a block. `at` is set where the governed text is a string of the caller's; `args` and `response` objects, whose
 * text is their JSON, have no such place. What Gemini alone can say (code execution, unknown parts) becomes opaque.
 * Throws `invalid_request` for members of a wrong type.
 */
export function readPart(part: Node, ids: CallIds): Block {
  const text = textOf(part, 'text')
  const call = nodeOf(part, 'functionCall')
  if (call !== undefined) return readCall(part, call, ids)
  const response = nodeOf(part, 'functionResponse')
  if (response !== undefined) return readResponse(part, response, ids)
  const media = nodeOf(part, 'inlineData') ?? nodeOf(part, 'fileData')
  if (media !== undefined) return readMedia(part, media)
  if (text !== undefined || keyOf(part.json, 'thoughtSignature') !== undefined) return readText(part, text ?? '')
  const name = Object.keys(part.json).find((key) => part.json[key] !== null)
  return { kind: 'opaque', dialect: 'gemini', name: name ?? 'part', value: part.json, at: part.at }
}

function readText(part: Node, text: string): Block {
  const signature = textOf(part, 'thoughtSignature')
  const shared = { text, at: [...part.at, 'text'], ...withRest(restOf(part.json, TEXT_PART)) }
  if (flagOf(part, 'thought')) return { kind: 'reasoning', ...shared, ...readSignature(signature) }
  return { kind: 'text', ...shared, ...(signature === undefined ? {} : { signature }) }
}

function readCall(part: Node, call: Node, ids: CallIds): Block {
  const name = textOf(call, 'name')
  if (!name) throw malformed([...call.at, 'name'], 'the name of a function')
  const signature = textOf(part, 'thoughtSignature')
  return {
    kind: 'tool-call',
    id: ids.ofCall(name, textOf(call, 'id')),
    name,
    arguments: JSON.stringify(nodeOf(call, 'args')?.json ?? {}),
    ...(signature === undefined ? {} : { signature }),
    ...withRest(mergeRest(restOf(part.json, CALL_PART), restOf(call.json, CALL))),
  }
}

/**
 * Google's convention: `response` is any object; the result under `output`, a failure under `error`
 * (ai.google.dev/api/caching#FunctionResponse, 2026-11).
 */
function readResponse(part: Node, response: Node, ids: CallIds): ToolResultBlock {
  const name = textOf(response, 'name')
  if (!name) throw malformed([...response.at, 'name'], 'the name of the function that was called')
  const value = nodeOf(response, 'response')
  const said = value === undefined ? undefined : readResult(value)
  const media = nodesOf(response, 'parts').map((inner) => readPart(inner, ids))
  return {
    kind: 'tool-result',
    callId: ids.ofResponse(name, textOf(response, 'id')),
    name,
    content: [...(said === undefined ? [] : [textBlock(said)]), ...media],
    ...(said?.isError ? { isError: true } : {}),
    ...withRest(mergeRest(restOf(part.json, RESPONSE_PART), restOf(response.json, RESPONSE))),
  }
}

function textBlock({ text, at }: Result): Block {
  return at === undefined ? { kind: 'text', text } : { kind: 'text', text, at }
}

interface Result {
  readonly text: string
  readonly at?: Path
  readonly isError?: boolean
}

function readResult(value: Node): Result {
  const [only, second] = Object.keys(value.json)
  if (only !== undefined && second === undefined && (only === 'output' || only === 'error')) {
    const result = value.json[only]
    const isError = only === 'error'
    // INVARIANT: text that is itself a JSON object stays wrapped, or writing it again would unwrap it.
    const isPlain = typeof result === 'string' && (isError || !result.trimStart().startsWith('{'))
    if (isPlain) return { text: result, at: [...value.at, only], isError }
    if (isError) return { text: JSON.stringify(result), isError }
  }
  return { text: JSON.stringify(value.json) }
}

function readMedia(part: Node, media: Node): Block {
  const mediaType = textOf(media, 'mimeType') ?? ''
  const source = readSource(media, mediaType)
  const name = textOf(media, 'displayName')
  const rest = mergeRest(restOf(part.json, MEDIA_PART), restOf(media.json, MEDIA))
  const keepsType = source.kind === 'file-id' && mediaType !== ''
  const shared = { source, at: part.at, ...withRest(keepsType ? { ...rest, mimeType: mediaType } : rest) }
  const type = source.kind === 'base64' ? source.mediaType : mediaType
  if (type.startsWith('image/')) return { kind: 'image', ...shared }
  if (type.startsWith('audio/')) {
    const format = formatOfMediaType(type)
    return { kind: 'audio', ...shared, ...(format === undefined ? {} : { format }) }
  }
  return { kind: 'file', ...shared, ...(name === undefined ? {} : { name }) }
}

function readSource(media: Node, mediaType: string): MediaSource {
  const uri = textOf(media, 'fileUri')
  if (uri !== undefined)
    return isOwnFile(uri) ? { kind: 'file-id', id: uri } : { kind: 'url', url: uri, ...typed(mediaType) }
  const content = textOf(media, 'data')
  if (content === undefined) throw malformed([...media.at, 'data'], 'base64 text')
  const declared = mediaType === '' ? 'application/octet-stream' : mediaType
  // Only images are often mislabelled; the types of sounds and films would lose parameters such as `rate=16000`.
  return declared.startsWith('image/')
    ? inlineMedia(content, declared)
    : { kind: 'base64', mediaType: declared, content }
}

/** Files that only Google can open: its Files API and Cloud Storage. */
function isOwnFile(uri: string): boolean {
  return !/^https?:/i.test(uri) || /^https:\/\/(?:generativelanguage|storage)\.googleapis\.com\//i.test(uri)
}

function typed(mediaType: string): { readonly mediaType?: string } {
  return mediaType === '' ? {} : { mediaType }
}

function mergeRest(outer: Rest | undefined, inner: Rest | undefined): Rest | undefined {
  if (outer === undefined || inner === undefined) return outer ?? inner
  return { ...outer, ...inner }
}

/** Whether a part holds a function's response: such parts make turns of their own. */
export function isResponsePart(part: Node): boolean {
  return isObject(part.json['functionResponse']) || isObject(part.json['function_response'])
}
