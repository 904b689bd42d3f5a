import { sha256Hex } from '../../../lib/crypto.ts'
import { isObject } from '../../../lib/json.ts'
import { staysBreakpoint } from '../anthropic-messages/cache-breakpoints.ts'
import { encodeToolId, parseArguments } from '../anthropic-messages/encode-blocks.ts'
import type { Block, CacheControl, FileBlock, ImageBlock, ReasoningBlock, ToolResultBlock } from '../canonical.ts'
import type { EncodeContext, JsonObject } from '../dialect.ts'
import { dropParameter, unsupportedContent } from '../loss.ts'
import { formatOfMediaType, inlineMedia, mediaTypeOfFileName, sourceOfUrl, textToBase64 } from '../media.ts'
import { isBlank } from '../turns.ts'

/** Gives cache breakpoints as blocks of their own, at most four a request. */
export interface CachePoints {
  /** The block to stand behind the one that set the breakpoint; none where there are too many. */
  readonly after: (cacheControl: CacheControl | undefined) => readonly JsonObject[]
}

/** The breakpoints of a request that holds `count` of them, asked for in the order tools, system, messages. */
export function cachePoints(count: number, context: EncodeContext): CachePoints {
  let index = 0
  if (count > 4) dropParameter(context, `cache_control beyond 4 breakpoints (${count - 4})`)
  return {
    after: (cacheControl) => {
      if (cacheControl === undefined || !staysBreakpoint(index++, count)) return []
      return [{ cachePoint: { type: 'default', ...(cacheControl.ttl === '1h' ? { ttl: '1h' } : {}) } }]
    },
  }
}

/** A turn's blocks on the wire, each followed by its cache point. */
export function encodeBlocks(
  blocks: readonly Block[],
  context: EncodeContext,
  points: CachePoints,
): readonly JsonObject[] {
  return blocks.flatMap((block) => [encodeBlock(block, context), ...points.after(block.cacheControl)])
}

function encodeBlock(block: Block, context: EncodeContext): JsonObject {
  switch (block.kind) {
    case 'text':
      return { text: block.text }
    case 'image':
      return encodeImage(block, context)
    case 'file':
      return encodeFile(block, context)
    case 'reasoning':
      return encodeReasoning(block)
    case 'tool-call':
      return { toolUse: { toolUseId: toolUseId(block.id), name: block.name, input: parseArguments(block) } }
    case 'tool-result':
      return encodeToolResult(block, context)
    case 'opaque':
      if (block.dialect === 'bedrock-converse' && isObject(block.value)) return block.value
      throw unsupportedContent(context, `"${block.name}" of ${block.dialect}`)
    case 'audio':
      throw unsupportedContent(context, 'audio')
  }
}

/** At most 64 of `[a-zA-Z0-9_-]` (AWS API reference, ToolUseBlock): longer ids keep their start and get a digest. */
export function toolUseId(id: string): string {
  const clean = encodeToolId(id)
  return clean.length <= 64 ? clean : `${clean.slice(0, 24)}_${sha256Hex(id).slice(0, 39)}`
}

function encodeReasoning(block: ReasoningBlock): JsonObject {
  if (block.encrypted !== undefined && block.text === '')
    return { reasoningContent: { redactedContent: block.encrypted } }
  return { reasoningContent: { reasoningText: { text: block.text, signature: block.signature ?? '' } } }
}

const IMAGE_FORMATS = new Set(['png', 'jpeg', 'gif', 'webp'])
const FILE_FORMATS = new Set(['pdf', 'csv', 'doc', 'docx', 'xls', 'xlsx', 'html', 'txt', 'md'])

function encodeImage(block: ImageBlock, context: EncodeContext): JsonObject {
  if (context.target.images === false) throw unsupportedContent(context, 'images')
  const source = block.source.kind === 'url' ? sourceOfUrl(block.source.url) : block.source
  if (source.kind !== 'base64') throw unsupportedContent(context, `images by ${source.kind}`)
  const { mediaType, content } = inlineMedia(source.content, source.mediaType)
  const format = formatOfMediaType(mediaType)
  if (format === undefined || !IMAGE_FORMATS.has(format))
    throw unsupportedContent(context, `images of type ${mediaType}`)
  return { image: { format, source: { bytes: content } } }
}

function encodeFile(block: FileBlock, context: EncodeContext): JsonObject {
  if (context.target.files === false && block.source.kind !== 'text') throw unsupportedContent(context, 'files')
  const { format, bytes } = fileBytes(block, context)
  return {
    document: {
      format,
      name: documentName(block.title ?? block.name),
      source: { bytes },
      ...(block.context === undefined ? {} : { context: block.context }),
      ...(block.citationsEnabled ? { citations: { enabled: true } } : {}),
    },
  }
}

function fileBytes(block: FileBlock, context: EncodeContext): { readonly format: string; readonly bytes: string } {
  const source = block.source.kind === 'url' ? sourceOfUrl(block.source.url) : block.source
  if (source.kind === 'text') return { format: 'txt', bytes: textToBase64(source.text) }
  if (source.kind !== 'base64') throw unsupportedContent(context, `files by ${source.kind}`)
  // Office files begin like any zip archive: there the declared type and the name know more than the first bytes.
  const sniffed = formatOfMediaType(inlineMedia(source.content, source.mediaType).mediaType)
  const named = formatOfMediaType(mediaTypeOfFileName(block.name ?? '') ?? source.mediaType)
  const format = [sniffed, named].find((name) => name !== undefined && FILE_FORMATS.has(name))
  if (format === undefined) throw unsupportedContent(context, `files of type ${source.mediaType}`)
  return { format, bytes: source.content }
}

/** Letters, digits, single blanks, hyphens, parentheses and brackets only (AWS API reference, DocumentBlock). */
function documentName(name: string | undefined): string {
  const clean = (name ?? '')
    .replace(/[^a-zA-Z0-9\s\-()[\]]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  return clean === '' ? 'document' : clean.slice(0, 200)
}

/** A result must hold something: an empty one says so. `status` is told only for errors, which not all models know. */
function encodeToolResult(block: ToolResultBlock, context: EncodeContext): JsonObject {
  const none: CachePoints = { after: () => [] }
  const content = encodeBlocks(
    block.content.filter((part) => !isBlank(part)),
    context,
    none,
  )
  return {
    toolResult: {
      toolUseId: toolUseId(block.callId),
      content: content.length === 0 ? [{ text: '(empty)' }] : content,
      ...(block.isError ? { status: 'error' } : {}),
    },
  }
}
