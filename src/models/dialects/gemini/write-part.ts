import { GatewayError } from '../../../lib/errors.ts'
import { DEFAULT_MAX_DEPTH, isObject, parseJson } from '../../../lib/json.ts'
import type {
  AudioBlock,
  Block,
  FileBlock,
  ImageBlock,
  MediaSource,
  Rest,
  ToolCallBlock,
  ToolResultBlock,
} from '../canonical.ts'
import type { EncodeContext, JsonObject } from '../dialect.ts'
import { dropContent, unsupportedContent } from '../loss.ts'
import { mediaTypeOfFileName, mediaTypeOfFormat, parseDataUrl } from '../media.ts'
import { isMadeId } from './call-ids.ts'
import { compact } from './fields.ts'

/** What writing the parts of a call must know besides the block. */
export interface PartContext extends EncodeContext {
  /** The call speaks Gemini: unknown fields and signatures are written again. */
  readonly isOwn: boolean
  /** Function names by call id, from the calls before. */
  readonly names: ReadonlyMap<string, string>
}

type MediaBlock = ImageBlock | AudioBlock | FileBlock

/** A block of a call as `Part`; undefined for what is empty or dropped (then declared). Throws `unsupported_content`. */
export function writePart(block: Block, context: PartContext): JsonObject | undefined {
  if (block.cacheControl !== undefined) context.warn('dropped: cache_control')
  switch (block.kind) {
    case 'text':
      if (block.text === '' && block.signature === undefined) return undefined
      return own(block.rest, context, { text: block.text, thoughtSignature: block.signature })
    case 'reasoning':
      if (block.origin !== 'gemini') {
        context.warn('dropped: reasoning of another provider')
        return undefined
      }
      return own(block.rest, context, { text: block.text, thought: true, thoughtSignature: block.signature })
    case 'tool-call':
      return writeCall(block, context)
    case 'tool-result':
      return writeResult(block, context)
    case 'opaque':
      if (block.dialect === 'gemini' && isObject(block.value)) return block.value
      dropContent(context, `content "${block.name}"`)
      return undefined
    default:
      return writeMedia(block, context)
  }
}

/**
 * A tool call's arguments as the object that `args` must be; text that is not a JSON object stands under `input`, and so
 * does an answer's JSON that is nested too deep. A caller's (told by `context`) is refused with `unsupported_content`.
 */
export function argsOf(text: string, context?: EncodeContext): JsonObject {
  const value = parsed(text === '' ? '{}' : text, context)
  return isObject(value) ? value : { input: text }
}

function writeCall(block: ToolCallBlock, context: PartContext): JsonObject {
  const functionCall = compact({
    id: isMadeId(block.id) ? undefined : block.id,
    name: block.name,
    args: argsOf(block.arguments, context),
  })
  return own(block.rest, context, { functionCall, thoughtSignature: block.signature })
}

function writeResult(block: ToolResultBlock, context: PartContext): JsonObject {
  const texts: string[] = []
  const parts: JsonObject[] = []
  for (const inner of block.content) {
    if (inner.kind === 'text') texts.push(inner.text)
    else {
      const part = writePart(inner, context)
      if (part !== undefined) parts.push(part)
    }
  }
  const functionResponse = compact({
    id: isMadeId(block.callId) ? undefined : block.callId,
    name: block.name ?? context.names.get(block.callId) ?? block.callId,
    response: responseOf(texts.join('\n'), { isError: block.isError === true, context }),
    parts: parts.length === 0 ? undefined : parts,
    ...(context.isOwn ? block.rest : {}),
  })
  return { functionResponse }
}

interface ResultReading {
  readonly isError: boolean
  readonly context: EncodeContext
}

function responseOf(text: string, { isError, context }: ResultReading): JsonObject {
  const value = text.trimStart().startsWith('{') ? parsed(text, context) : undefined
  if (isError) return { error: isObject(value) ? value : text }
  return isObject(value) ? value : { output: text }
}

function writeMedia(block: MediaBlock, context: PartContext): JsonObject | undefined {
  if (!takes(block, context)) {
    dropContent(context, block.kind === 'image' ? 'images' : block.kind === 'audio' ? 'audio' : 'files')
    return undefined
  }
  const source = block.source.kind === 'url' ? (parseDataUrl(block.source.url) ?? block.source) : block.source
  const displayName = block.kind === 'file' ? block.name : undefined
  switch (source.kind) {
    case 'text':
      return { text: block.kind === 'file' && block.title ? `${block.title}\n\n${source.text}` : source.text }
    case 'base64':
      return own(block.rest, context, {
        inlineData: compact({ mimeType: source.mediaType, data: source.content, ...named(displayName, context) }),
      })
    case 'url':
      if (context.target.fetchesUrls === false) throw unsupportedContent(context, `a ${block.kind} by its URL`)
      return own(block.rest, context, { fileData: compact({ mimeType: typeOf(block, source), fileUri: source.url }) })
    case 'file-id': {
      if (!context.isOwn) throw unsupportedContent(context, 'a file that lies at another provider')
      const { mimeType, ...rest } = block.rest ?? {}
      return own(rest, context, { fileData: compact({ mimeType, fileUri: source.id, ...named(displayName, context) }) })
    }
  }
}

/** Vertex alone reads `displayName`; the Gemini API refuses it, so only Gemini's own callers send it on. */
function named(displayName: string | undefined, context: PartContext): JsonObject {
  return displayName !== undefined && context.isOwn ? { displayName } : {}
}

function takes(block: MediaBlock, { target }: PartContext): boolean {
  if (block.kind === 'image') return target.images !== false
  return block.kind === 'audio' ? target.audio !== false : target.files !== false
}

function typeOf(block: MediaBlock, source: Extract<MediaSource, { readonly kind: 'url' }>): string | undefined {
  const path = source.url.replace(/[?#].*$/s, '')
  const guessed = source.mediaType ?? mediaTypeOfFileName(path)
  if (guessed !== undefined) return guessed
  if (block.kind === 'audio') return mediaTypeOfFormat(block.format ?? 'mp3')
  return block.kind === 'image' ? 'image/jpeg' : undefined
}

function own(rest: Rest | undefined, context: PartContext, fields: JsonObject): JsonObject {
  return compact(context.isOwn ? { ...fields, ...rest } : fields)
}

/** Undefined for what is not JSON; bounded in depth, because the engine takes seconds over a text of nothing but brackets. */
function parsed(text: string, context: EncodeContext | undefined): unknown {
  try {
    return parseJson(text)
  } catch (cause) {
    const isTooDeep = cause instanceof GatewayError && cause.code === 'invalid_request'
    if (!isTooDeep || context === undefined) return undefined
    throw unsupportedContent(context, `tool calls or results nested deeper than ${DEFAULT_MAX_DEPTH} levels`)
  }
}
