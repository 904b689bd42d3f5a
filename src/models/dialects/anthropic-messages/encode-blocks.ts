import { GatewayError } from '../../../lib/errors.ts'
import { isObject, parseJson } from '../../../lib/json.ts'
import type {
  Block,
  CacheControl,
  FileBlock,
  ImageBlock,
  MediaSource,
  OpaqueBlock,
  ReasoningBlock,
  Rest,
  TextBlock,
  ToolCallBlock,
  ToolResultBlock,
} from '../canonical.ts'
import type { EncodeContext, JsonObject } from '../dialect.ts'
import { dropContent, unsupportedContent } from '../loss.ts'
import { base64ToText, inlineMedia, sourceOfUrl } from '../media.ts'
import { isBlank } from '../turns.ts'
import { encodeCitation } from './citations.ts'
import { textOfParts } from './decode-blocks.ts'

/** What block encoders must know of the call they work for. */
export interface BlockContext extends EncodeContext {
  /** The call came in this dialect: unknown fields are written again. */
  readonly isOwn: boolean
}

/** A cache breakpoint as the wire has it. */
export function encodeCacheControl(cacheControl: CacheControl): JsonObject {
  return cacheControl.ttl === '1h' ? { type: 'ephemeral', ttl: '1h' } : { type: 'ephemeral' }
}

/** A tool call's id as Anthropic accepts it (`^[a-zA-Z0-9_-]+$`); other providers' ids hold dots, colons and bars. */
export function encodeToolId(id: string): string {
  return id.replace(/[^a-zA-Z0-9_-]/g, '_')
}

/** A turn's blocks on the wire. Blocks that cannot be said have been left out before; the rest is refused by name. */
export function encodeBlocks(blocks: readonly Block[], context: BlockContext): readonly JsonObject[] {
  return blocks.map((block) => encodeBlock(block, context))
}

function encodeBlock(block: Block, context: BlockContext): JsonObject {
  switch (block.kind) {
    case 'text':
      return encodeText(block, context)
    case 'image':
      return encodeImage(block, context)
    case 'file':
      return encodeFile(block, context)
    case 'reasoning':
      return encodeReasoning(block)
    case 'tool-call':
      return encodeToolCall(block, context)
    case 'tool-result':
      return encodeToolResult(block, context)
    case 'opaque':
      return encodeOpaque(block, context)
    case 'audio':
      throw unsupportedContent(context, 'audio')
  }
}

function extras(
  block: { readonly cacheControl?: CacheControl; readonly rest?: Rest },
  context: BlockContext,
): JsonObject {
  return {
    ...(block.cacheControl === undefined ? {} : { cache_control: encodeCacheControl(block.cacheControl) }),
    ...(context.isOwn ? block.rest : {}),
  }
}

function encodeText(block: TextBlock, context: BlockContext): JsonObject {
  const citations = context.isOwn ? (block.citations ?? []).flatMap((citation) => encodeCitation(citation) ?? []) : []
  return {
    type: 'text',
    text: block.text,
    ...(citations.length === 0 ? {} : { citations }),
    ...extras(block, context),
  }
}

function encodeReasoning(block: ReasoningBlock): JsonObject {
  if (block.encrypted !== undefined && block.text === '') return { type: 'redacted_thinking', data: block.encrypted }
  return { type: 'thinking', thinking: block.text, signature: block.signature ?? '' }
}

function encodeImage(block: ImageBlock, context: BlockContext): JsonObject {
  if (context.target.images === false) throw unsupportedContent(context, 'images')
  return { type: 'image', source: encodeSource(block.source, 'an image', context), ...extras(block, context) }
}

function encodeSource(source: MediaSource, what: string, context: BlockContext): JsonObject {
  switch (source.kind) {
    case 'base64': {
      const { mediaType, content } = inlineMedia(source.content, source.mediaType)
      return { type: 'base64', media_type: mediaType, data: content }
    }
    case 'url': {
      const inline = sourceOfUrl(source.url)
      return inline.kind === 'url' ? { type: 'url', url: inline.url } : encodeSource(inline, what, context)
    }
    case 'file-id':
      if (!context.isOwn) throw unsupportedContent(context, `${what} by another provider's file id`)
      return { type: 'file', file_id: source.id }
    case 'text':
      return { type: 'text', media_type: 'text/plain', data: source.text }
  }
}

function encodeFile(block: FileBlock, context: BlockContext): JsonObject {
  const citations = block.citationsEnabled === undefined ? {} : { citations: { enabled: block.citationsEnabled } }
  const title = block.title ?? block.name
  const parts = encodeParts(block, context)
  if (parts !== undefined && context.isOwn && block.rest?.type === 'search_result') {
    return { ...extras(block, context), ...(title === undefined ? {} : { title }), content: parts, ...citations }
  }
  return {
    type: 'document',
    source: parts === undefined ? encodeDocumentSource(block, context) : { type: 'content', content: parts },
    ...(title === undefined ? {} : { title }),
    ...(block.context === undefined ? {} : { context: block.context }),
    ...citations,
    ...extras(block, context),
  }
}

/** A document's blocks. Where its whole text was changed since it was decoded (masked), that text stands for them. */
function encodeParts(block: FileBlock, context: BlockContext): readonly JsonObject[] | undefined {
  if (block.parts === undefined) return undefined
  const isChanged = block.source.kind === 'text' && block.source.text !== textOfParts(block.parts)
  return isChanged ? [{ type: 'text', text: block.source.text }] : encodeBlocks(block.parts, context)
}

function encodeDocumentSource(block: FileBlock, context: BlockContext): JsonObject {
  const wire = encodeSource(block.source, 'a file', context)
  if (wire.type !== 'base64') return wire
  if (context.target.files === false) throw unsupportedContent(context, 'files')
  const mediaType = String(wire.media_type)
  if (mediaType === 'application/pdf') return wire
  const text = /^(text\/|application\/(json|xml|yaml))/.test(mediaType) ? base64ToText(String(wire.data)) : undefined
  if (text === undefined) throw unsupportedContent(context, `files of type ${mediaType}`)
  return { type: 'text', media_type: 'text/plain', data: text }
}

function encodeToolCall(block: ToolCallBlock, context: BlockContext): JsonObject {
  return {
    type: 'tool_use',
    id: encodeToolId(block.id),
    name: block.name,
    input: parseArguments(block),
    ...extras(block, context),
  }
}

/**
 * A call's arguments as the object that Anthropic and Bedrock demand: `{}` for none, free text of a custom tool under
 * `input`. Throws `unsupported_content` for text that is not a JSON object.
 */
export function parseArguments(block: ToolCallBlock): JsonObject {
  if (block.custom) return { input: block.arguments }
  if (block.arguments.trim() === '') return {}
  const value = tryParse(block.arguments)
  if (isObject(value)) return value
  throw new GatewayError('unsupported_content', {
    message: `The arguments of the tool call ${block.id} (${block.name}) are not a JSON object.`,
    ...(block.at === undefined ? {} : { param: block.at.join('.') }),
  })
}

function tryParse(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

function encodeToolResult(block: ToolResultBlock, context: BlockContext): JsonObject {
  const content = encodeBlocks(
    block.content.filter((part) => !isBlank(part)),
    context,
  )
  return {
    type: 'tool_result',
    tool_use_id: encodeToolId(block.callId),
    ...(content.length === 0 ? {} : { content: textAlone(content) ?? content }),
    ...(block.isError === undefined ? {} : { is_error: block.isError }),
    ...extras(block, context),
  }
}

/** The text of content that is one plain text block and nothing else: the wire's short form. */
export function textAlone(content: readonly JsonObject[]): string | undefined {
  const [block] = content
  if (content.length !== 1 || block?.type !== 'text' || Object.keys(block).length !== 2) return undefined
  return String(block.text)
}

function encodeOpaque(block: OpaqueBlock, context: BlockContext): JsonObject {
  if (block.dialect === 'anthropic-messages' && isObject(block.value)) return { ...block.value }
  throw unsupportedContent(context, `"${block.name}" of ${block.dialect}`)
}

/** Whether a block can be said to this dialect; what cannot, but may be left out, is declared lost here. */
export function keepsBlock(
  block: Block,
  context: BlockContext,
  isReplayable: (block: ReasoningBlock) => boolean,
): boolean {
  if (block.kind === 'reasoning' && !isReplayable(block)) {
    dropContent(context, `reasoning of ${block.origin ?? 'another model'}`)
    return false
  }
  if (block.kind === 'opaque' && block.dialect !== 'anthropic-messages') {
    dropContent(context, `${block.name} of ${block.dialect}`)
    return false
  }
  return true
}
