import type { Block, FileBlock, MediaSource, Path, ReasoningBlock, TextBlock, ToolCallBlock } from '../canonical.ts'
import type { JsonObject } from '../dialect.ts'
import { carriedIn, signatureForBefore, withSignature } from './carry.ts'
import { decodeCitations } from './citations.ts'
import {
  compact,
  fault,
  readCacheControl,
  readList,
  readObject,
  readOptionalBoolean,
  readOptionalString,
  readString,
  restOf,
} from './read.ts'

/** A message's `content` (text or blocks) as blocks; `at` is the path of `content` itself. */
export function decodeContent(content: unknown, at: Path): readonly Block[] {
  if (typeof content === 'string') return [{ kind: 'text', text: content, at }]
  const blocks: Block[] = []
  for (const [index, value] of readList(content, at).entries()) {
    const signature = signatureForBefore(value)
    const before = blocks.at(-1)
    if (signature === undefined) blocks.push(decodeBlock(value, [...at, index]))
    else if (before !== undefined) blocks[blocks.length - 1] = withSignature(before, signature)
  }
  return blocks
}

/** A content block of a request. What only this dialect knows (server tools, containers) becomes opaque. */
export function decodeBlock(value: unknown, at: Path): Block {
  const block = readObject(value, at)
  switch (readString(block.type, [...at, 'type'])) {
    case 'text':
      return decodeText(block, at)
    case 'image':
      return compact({
        kind: 'image' as const,
        source: decodeSource(readObject(block.source, [...at, 'source']), [...at, 'source']),
        ...extrasOf(block, IMAGE),
      })
    case 'document':
      return decodeDocument(block, at)
    case 'search_result':
      return decodeSearchResult(block, at)
    case 'thinking':
      return decodeThinking(block, at)
    case 'redacted_thinking':
      return {
        kind: 'reasoning',
        text: '',
        encrypted: readString(block.data, [...at, 'data']),
        origin: 'anthropic-messages',
      }
    case 'tool_use':
      return decodeToolUse(block, at)
    case 'tool_result':
      return compact({
        kind: 'tool-result' as const,
        callId: readString(block.tool_use_id, [...at, 'tool_use_id']),
        content:
          block.content === undefined || block.content === null ? [] : decodeContent(block.content, [...at, 'content']),
        isError: readOptionalBoolean(block.is_error, [...at, 'is_error']),
        ...extrasOf(block, TOOL_RESULT),
      })
    default:
      return { kind: 'opaque', dialect: 'anthropic-messages', name: String(block.type), value: block }
  }
}

/** A block of an answer: as in requests, but without a path. */
export function decodeAnswerBlock(value: unknown): Block {
  return withoutPath(decodeBlock(value, []))
}

const TEXT = new Set(['type', 'text', 'citations', 'cache_control'])
const IMAGE = new Set(['type', 'source', 'cache_control'])
const DOCUMENT = new Set(['type', 'source', 'title', 'context', 'citations', 'cache_control'])
const SEARCH_RESULT = new Set(['content', 'title', 'citations', 'cache_control'])
const TOOL_USE = new Set(['type', 'id', 'name', 'input', 'cache_control'])
const TOOL_RESULT = new Set(['type', 'tool_use_id', 'content', 'is_error', 'cache_control'])

function extrasOf(block: JsonObject, known: ReadonlySet<string>) {
  return { cacheControl: readCacheControl(block.cache_control), rest: restOf(block, known) }
}

function decodeText(block: JsonObject, at: Path): TextBlock {
  return compact({
    kind: 'text' as const,
    text: readString(block.text, [...at, 'text']),
    at: [...at, 'text'],
    citations: decodeCitations(block.citations),
    ...extrasOf(block, TEXT),
  })
}

function decodeThinking(block: JsonObject, at: Path): ReasoningBlock {
  const text = readString(block.thinking, [...at, 'thinking'])
  const signature = readOptionalString(block.signature, [...at, 'signature'])
  const carried = signature === undefined ? undefined : carriedIn(signature)
  if (carried !== undefined) {
    const { belongsTo: _, ...own } = carried
    return { kind: 'reasoning', text, ...own }
  }
  return compact({ kind: 'reasoning' as const, text, signature, origin: 'anthropic-messages' as const })
}

/** Without `at`: `input` is an object there, so that a masked argument has no single string to stand in. */
function decodeToolUse(block: JsonObject, at: Path): ToolCallBlock {
  return compact({
    kind: 'tool-call' as const,
    id: readString(block.id, [...at, 'id']),
    name: readString(block.name, [...at, 'name']),
    arguments: JSON.stringify(readObject(block.input, [...at, 'input'])),
    ...extrasOf(block, TOOL_USE),
  })
}

function decodeSource(source: JsonObject, at: Path): MediaSource {
  const type = readString(source.type, [...at, 'type'])
  switch (type) {
    case 'base64':
      return {
        kind: 'base64',
        mediaType: readString(source.media_type, [...at, 'media_type']),
        content: readString(source.data, [...at, 'data']),
      }
    case 'url':
      return { kind: 'url', url: readString(source.url, [...at, 'url']) }
    case 'file':
      return { kind: 'file-id', id: readString(source.file_id, [...at, 'file_id']) }
    case 'text':
      return {
        kind: 'text',
        text: readString(source.data, [...at, 'data']),
        mediaType: readOptionalString(source.media_type, [...at, 'media_type']) ?? 'text/plain',
      }
    default:
      throw fault([...at, 'type'], `Input tag '${type}' does not match any of the expected tags`)
  }
}

function decodeDocument(block: JsonObject, at: Path): FileBlock {
  const sourceAt = [...at, 'source']
  const source = readObject(block.source, sourceAt)
  const settings = {
    title: readOptionalString(block.title, [...at, 'title']),
    context: readOptionalString(block.context, [...at, 'context']),
    citationsEnabled: citationsEnabled(block.citations, at),
    ...extrasOf(block, DOCUMENT),
  }
  if (source.type === 'content') {
    return compact({ kind: 'file' as const, ...partsOf(source.content, [...sourceAt, 'content']), ...settings })
  }
  const decoded = decodeSource(source, sourceAt)
  return compact({
    kind: 'file' as const,
    source: decoded,
    at: decoded.kind === 'text' ? [...sourceAt, 'data'] : undefined,
    ...settings,
  })
}

function decodeSearchResult(block: JsonObject, at: Path): FileBlock {
  return compact({
    kind: 'file' as const,
    ...partsOf(readList(block.content, [...at, 'content']), [...at, 'content']),
    title: readOptionalString(block.title, [...at, 'title']),
    citationsEnabled: citationsEnabled(block.citations, at),
    ...extrasOf(block, SEARCH_RESULT),
  })
}

/** A document made of blocks: its text for whoever wants it whole, and the blocks with their own paths. */
function partsOf(content: unknown, at: Path): Pick<FileBlock, 'source' | 'parts'> {
  const parts = decodeContent(content, at)
  return { source: { kind: 'text', text: textOfParts(parts), mediaType: 'text/plain' }, parts }
}

/** The text of a document made of blocks. */
export function textOfParts(parts: readonly Block[]): string {
  return parts.flatMap((part) => (part.kind === 'text' ? [part.text] : [])).join('\n')
}

function citationsEnabled(value: unknown, at: Path): boolean | undefined {
  if (value === undefined || value === null) return undefined
  return readOptionalBoolean(readObject(value, [...at, 'citations']).enabled, [...at, 'citations', 'enabled'])
}

function withoutPath(block: Block): Block {
  if (block.at === undefined) return block
  const { at: _, ...bare } = block
  return bare as Block
}
