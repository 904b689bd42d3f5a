import type { Channel, Segment } from '../governance/guardrails/index.ts'
import { GatewayError } from '../lib/errors.ts'
import type { Block, ChatCall, Message, Path, TextEdit, Tool } from '../models/dialects/index.ts'

/** Called for every governed text of a call, in a fixed order; what it returns replaces the text. */
export type Visit = (channel: Channel, text: string, at: Path | undefined) => string | undefined

/** Every text in a call that a guardrail must see: messages, thoughts, tool arguments, results, schemas, files. */
export function segmentsOf(call: ChatCall): readonly Segment[] {
  const segments: Segment[] = []
  walk(call, (channel, text) => {
    segments.push({ channel, text })
    return undefined
  })
  return segments
}

/** The neighbouring text parts of each message read as one text: what is spread over them shows only there. */
export function joinedSegmentsOf(call: ChatCall): readonly Segment[] {
  return call.messages.flatMap(({ role, blocks }) => runsOf(blocks).map((run) => joined(CHANNELS[role], run)))
}

function runsOf(blocks: readonly Block[]): readonly (readonly string[])[] {
  const runs: string[][] = [[]]
  for (const block of blocks) {
    if (block.kind === 'text') runs.at(-1)?.push(block.text)
    else runs.push([])
  }
  return runs.filter(({ length }) => length > 1)
}

function joined(channel: Channel, texts: readonly string[]): Segment {
  let end = 0
  const seams = texts.map((text) => {
    end += text.length
    return end
  })
  return { channel, text: texts.join(''), seams: seams.slice(0, -1) }
}

/** A call with some of its texts replaced. */
export interface Replaced {
  readonly call: ChatCall
  /** The same changes for the caller's own JSON. */
  readonly edits: readonly TextEdit[]
  /** A changed text has no single place in the caller's JSON: the call must be encoded anew. */
  readonly mustEncode: boolean
}

/** Replaces texts by their number in {@link segmentsOf}. */
export function replaceTexts(call: ChatCall, texts: ReadonlyMap<number, string>): Replaced {
  const edits: TextEdit[] = []
  let mustEncode = false
  let number = 0
  const replaced = walk(call, (_channel, _text, at) => {
    const text = texts.get(number++)
    if (text === undefined) return undefined
    if (at) edits.push({ at, text })
    else mustEncode = true
    return text
  })
  return { call: replaced, edits, mustEncode }
}

function walk(call: ChatCall, visit: Visit): ChatCall {
  const messages = call.messages.map((message) => walkMessage(message, visit))
  const tools = call.tools.map((tool) => walkTool(tool, visit))
  return { ...call, messages, tools, ...walkMargins(call, visit) }
}

/** What stands beside the conversation and reaches the upstream all the same, unknown fields too. */
function walkMargins(call: ChatCall, visit: Visit): Partial<ChatCall> {
  const { responseFormat: format, sampling, toolChoice } = call
  const stop = walkJson(sampling.stop, 'user', visit)
  return {
    user: walkJson(call.user, 'user', visit),
    metadata: walkJson(call.metadata, 'user', visit),
    responseFormat: format?.kind === 'json-schema' ? walkJson(format, 'tool-schema', visit) : format,
    sampling: stop === sampling.stop ? sampling : { ...sampling, stop },
    rest: walkJson(call.rest, 'user', visit),
    toolChoice: toolChoice && walkToolChoice(toolChoice, visit),
  }
}

function walkToolChoice(choice: NonNullable<ChatCall['toolChoice']>, visit: Visit): typeof choice {
  const safe = (name: string) => visit('tool-schema', name, undefined) ?? name
  if (choice.kind === 'named') return { ...choice, name: safe(choice.name) }
  return choice.kind === 'allowed' ? { ...choice, names: choice.names.map(safe) } : choice
}

/**
 * A value looked at as a whole: a string as it is, anything else as its JSON. Throws `content_blocked` when a mask breaks
 * the JSON.
 */
export function walkJson<Value>(value: Value | undefined, channel: Channel, visit: Visit): Value | undefined {
  if (value === undefined) return undefined
  const text = visit(channel, typeof value === 'string' ? value : (JSON.stringify(value) ?? ''), undefined)
  if (text === undefined) return value
  return (typeof value === 'string' ? text : rewrittenJson(text)) as Value
}

const CHANNELS: Record<Message['role'], Channel> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  assistant: 'assistant',
  tool: 'tool-result',
}

function walkMessage(message: Message, visit: Visit): Message {
  const channel = CHANNELS[message.role]
  const blocks = message.blocks.map((block) => walkBlock(block, channel, visit))
  const name = walkJson(message.name, channel, visit)
  const rest = walkJson(message.rest, channel, visit)
  return { ...message, blocks, name, rest }
}

/** Every governed text of a block; what it says in other fields is looked at as JSON. Throws as {@link walkJson}. */
export function walkBlock(block: Block, channel: Channel, visit: Visit): Block {
  const walked = walkContent(block, channel, visit)
  const rest = walkJson(block.rest, channel, visit)
  return rest === block.rest ? walked : { ...walked, rest }
}

function walkContent(block: Block, channel: Channel, visit: Visit): Block {
  switch (block.kind) {
    case 'text': {
      const text = visit(channel, block.text, block.at) ?? block.text
      const citations = block.citations?.map((citation) => walkCitation(citation, channel, visit))
      return { ...block, text, ...(citations && { citations }) }
    }
    case 'reasoning': {
      if (!block.text) return block
      const text = visit('assistant', block.text, block.at)
      // A signature vouches for the thought as it was.
      return text === undefined ? block : { ...block, text, signature: undefined }
    }
    case 'tool-call': {
      const text = visit('tool-arguments', block.arguments, block.at) ?? block.arguments
      return { ...block, arguments: text, name: walkJson(block.name, 'tool-arguments', visit) ?? block.name }
    }
    case 'tool-result':
      return { ...block, content: block.content.map((inner) => walkBlock(inner, 'tool-result', visit)) }
    case 'file':
      return walkFile(block, visit)
    case 'opaque': {
      const text = visit(channel, JSON.stringify(block.value) ?? '', undefined)
      return text === undefined ? block : { ...block, value: rewrittenJson(text) }
    }
    case 'image':
    case 'audio': {
      if (block.source.kind !== 'url') return block
      const url = visit(channel, readableAddress(block.source.url), undefined)
      return url === undefined ? block : { ...block, source: { ...block.source, url } }
    }
  }
}

type TextBlock = Block & { readonly kind: 'text' }
type Citation = NonNullable<TextBlock['citations']>[number]

/** What a text leans on, in its own words. */
function walkCitation(citation: Citation, channel: Channel, visit: Visit): Citation {
  let walked = citation
  for (const field of ['citedText', 'title', 'url'] as const) {
    const text = walked[field] ? visit(channel, walked[field], undefined) : undefined
    if (text !== undefined) walked = { ...walked, [field]: text }
  }
  const rest = walkJson(citation.rest, channel, visit)
  return rest === citation.rest ? walked : { ...walked, rest }
}

type FileBlock = Block & { readonly kind: 'file' }

/** A file's own text where it is text (also in base64), its name and its title. */
function walkFile(block: FileBlock, visit: Visit): FileBlock {
  let file = block
  if (block.source.kind === 'text') {
    const text = visit('document', block.source.text, block.at)
    if (text !== undefined) file = { ...file, source: { ...block.source, text } }
  } else if (block.source.kind === 'url') {
    const url = visit('document', readableAddress(block.source.url), undefined)
    if (url !== undefined) file = { ...file, source: { ...block.source, url } }
  } else if (block.source.kind === 'base64') {
    const inside = textInside(block.source)
    const text = inside === undefined ? undefined : visit('document', inside, undefined)
    if (text !== undefined)
      file = { ...file, source: { ...block.source, content: Buffer.from(text).toString('base64') } }
  }
  for (const field of ['name', 'title', 'context'] as const) {
    const value = block[field]
    const text = value ? visit('document', value, undefined) : undefined
    if (text !== undefined) file = { ...file, [field]: text }
  }
  return file
}

/** What a file says, where it is text: by its type, or by its bytes where its type says nothing. */
function textInside({ mediaType, content }: { readonly mediaType: string; readonly content: string }) {
  if (isText(mediaType)) return Buffer.from(content, 'base64').toString('utf8')
  if (mediaType !== '' && !mediaType.startsWith('application/octet-stream')) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(content, 'base64'))
  } catch {
    return undefined
  }
}

/** An address as its reader reads it: `%20` is a space. */
function readableAddress(url: string): string {
  try {
    return decodeURIComponent(url)
  } catch {
    return url
  }
}

function isText(mediaType: string): boolean {
  return /^text\/|json|xml|yaml|csv|javascript/.test(mediaType)
}

function walkTool(tool: Tool, visit: Visit): Tool {
  if (tool.kind === 'native') {
    const text = visit('tool-schema', JSON.stringify(tool.value) ?? '', undefined)
    return text === undefined ? tool : { ...tool, value: rewrittenJson(text) }
  }
  return {
    ...tool,
    name: walkJson(tool.name, 'tool-schema', visit) ?? tool.name,
    description: walkJson(tool.description, 'tool-schema', visit),
    parameters: walkJson(tool.parameters, 'tool-schema', visit),
    rest: walkJson(tool.rest, 'tool-schema', visit),
  }
}

/** INVARIANT: what a guardrail masked never goes on unmasked. Throws `content_blocked` when the mask has broken the JSON. */
function rewrittenJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new GatewayError('content_blocked', {
      message: 'A guardrail of your organisation must mask a part of this that cannot be masked.',
      cause,
    })
  }
}
