import type { Block, ChatCall, Message, ToolCallBlock, ToolResultBlock } from '../canonical.ts'
import type { EncodeContext, JsonObject } from '../dialect.ts'
import { dropContent, unsupportedContent } from '../loss.ts'
import { base64ToText, parseDataUrl, toDataUrl } from '../media.ts'

/** The conversation as Cohere's `messages`: one message a tool result, an assistant's text before its calls as `tool_plan`. */
export function writeMessages(call: ChatCall, context: EncodeContext): readonly JsonObject[] {
  return call.messages.flatMap((message) => writeMessage(message, context))
}

function writeMessage(message: Message, context: EncodeContext): readonly JsonObject[] {
  if (message.blocks.some((block) => block.cacheControl !== undefined)) context.warn('dropped: cache_control')
  switch (message.role) {
    case 'system':
    case 'developer': {
      const text = textOf(message.blocks)
      return text === '' ? [] : [{ role: 'system', content: text }]
    }
    case 'assistant':
      return writeAssistant(message.blocks, context)
    default:
      return writeUser(message.blocks, context)
  }
}

/** Tool results first, each a message of its own, then what the user says. */
function writeUser(blocks: readonly Block[], context: EncodeContext): readonly JsonObject[] {
  const results = blocks.filter((block): block is ToolResultBlock => block.kind === 'tool-result')
  const parts = blocks.flatMap((block) => (block.kind === 'tool-result' ? [] : writePart(block, context)))
  const [first] = parts
  const user =
    first === undefined
      ? []
      : [{ role: 'user', content: parts.length === 1 && first['type'] === 'text' ? first['text'] : parts }]
  return [...results.map((block) => writeResult(block, context)), ...user]
}

function writeResult(block: ToolResultBlock, context: EncodeContext): JsonObject {
  for (const inner of block.content) if (inner.kind !== 'text') dropContent(context, `${inner.kind} in a tool result`)
  const text = textOf(block.content)
  const said = block.isError ? `Error: ${text}` : text
  // Cohere refuses an empty result.
  return { role: 'tool', tool_call_id: block.callId, content: said === '' ? '(no output)' : said }
}

function writeAssistant(blocks: readonly Block[], context: EncodeContext): readonly JsonObject[] {
  const calls = blocks.filter((block): block is ToolCallBlock => block.kind === 'tool-call')
  const text = textOf(blocks)
  const thoughts = blocks.flatMap((block): JsonObject[] => {
    if (block.kind !== 'reasoning') return []
    if (block.origin === 'cohere-chat' && block.text !== '') return [{ type: 'thinking', thinking: block.text }]
    context.warn('dropped: reasoning of another provider')
    return []
  })
  for (const block of blocks) {
    if (!SPOKEN.has(block.kind)) dropContent(context, `${block.kind} of the assistant`)
  }
  if (calls.length === 0 && thoughts.length === 0) return text === '' ? [] : [{ role: 'assistant', content: text }]
  const content = [...thoughts, ...(text === '' || calls.length > 0 ? [] : [{ type: 'text', text }])]
  return [
    {
      role: 'assistant',
      ...(content.length === 0 ? {} : { content }),
      ...(calls.length === 0 ? {} : { tool_calls: calls.map(writeCall), ...(text === '' ? {} : { tool_plan: text }) }),
    },
  ]
}

const SPOKEN: ReadonlySet<Block['kind']> = new Set<Block['kind']>(['text', 'reasoning', 'tool-call'])

function writeCall(block: ToolCallBlock): JsonObject {
  return { id: block.id, type: 'function', function: { name: block.name, arguments: block.arguments || '{}' } }
}

function writePart(block: Block, context: EncodeContext): readonly JsonObject[] {
  switch (block.kind) {
    case 'text':
      return block.text === '' ? [] : [{ type: 'text', text: block.text }]
    case 'image': {
      if (context.target.images === false) break
      const { source } = block
      if (source.kind === 'file-id' || source.kind === 'text')
        throw unsupportedContent(context, 'an image that lies at another provider')
      const inline = source.kind === 'url' ? parseDataUrl(source.url) : source
      if (inline === undefined && context.target.fetchesUrls === false)
        throw unsupportedContent(context, 'an image by its URL')
      const url = inline === undefined ? (source.kind === 'url' ? source.url : '') : toDataUrl(inline)
      return [
        { type: 'image_url', image_url: { url, ...(block.detail === undefined ? {} : { detail: block.detail }) } },
      ]
    }
    case 'file': {
      const text = textOfFile(block)
      if (text !== undefined) return [{ type: 'text', text: block.title ? `${block.title}\n\n${text}` : text }]
      break
    }
    default:
      break
  }
  dropContent(context, block.kind === 'opaque' ? `content "${block.name}"` : `${block.kind} content`)
  return []
}

function textOfFile({ source }: Extract<Block, { kind: 'file' }>): string | undefined {
  if (source.kind === 'text') return source.text
  return source.kind === 'base64' && /^text\/|^application\/json$/.test(source.mediaType)
    ? base64ToText(source.content)
    : undefined
}

function textOf(blocks: readonly Block[]): string {
  return blocks.flatMap((block) => (block.kind === 'text' && block.text !== '' ? [block.text] : [])).join('\n')
}
