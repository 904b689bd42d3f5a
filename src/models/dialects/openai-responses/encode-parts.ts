import type { Block, FileBlock, MediaSource } from '../canonical.ts'
import type { EncodeContext, JsonObject } from '../dialect.ts'
import { dropContent } from '../loss.ts'
import { base64ToText, formatOfMediaType, toDataUrl } from '../media.ts'
import { compact } from '../openai-chat/fields.ts'
import { encodeCitation } from './decode-parts.ts'

/** The encoder's context and whether the call came in this dialect: only then are unknown fields written again. */
export interface CallContext extends EncodeContext {
  readonly isOwn: boolean
  /** Ids of the calls of custom tools, whose results have a type of their own. */
  readonly customCalls: ReadonlySet<string>
}

/** Who speaks decides how a text part is called. */
export type Speaker = 'input' | 'output'

/** One block as at most one content part; what R cannot carry is declared. */
export function encodePart(block: Block, speaker: Speaker, context: CallContext): readonly JsonObject[] {
  const rest = context.isOwn ? block.rest : undefined
  if (block.cacheControl !== undefined) context.warn('dropped: cache_control')
  switch (block.kind) {
    case 'text': {
      if (block.refusal === true) return [{ type: 'refusal', refusal: block.text, ...rest }]
      if (speaker === 'input') return [{ type: 'input_text', text: block.text, ...rest }]
      const annotations = (block.citations ?? []).map(encodeCitation)
      return [{ type: 'output_text', text: block.text, annotations, ...rest }]
    }
    case 'image':
    case 'audio':
    case 'file': {
      if (speaker === 'output') return lost(`${block.kind} in an assistant message`, context)
      const part = encodeMedia(block, context)
      return part === undefined ? [] : [{ ...part, ...rest }]
    }
    case 'opaque':
      if (block.dialect === 'openai-responses') return [block.value as JsonObject]
      return lost(`${block.name} block`, context)
    default:
      return lost(`${block.kind} in a place that responses has none for`, context)
  }
}

function lost(content: string, context: CallContext): readonly JsonObject[] {
  dropContent(context, content)
  return []
}

type Media = Extract<Block, { kind: 'image' | 'audio' | 'file' }>

function encodeMedia(block: Media, context: CallContext): JsonObject | undefined {
  const { target } = context
  const traits = { image: target.images, audio: target.audio, file: target.files }
  const text = block.kind === 'file' ? documentText(block) : undefined
  if (text !== undefined) return { type: 'input_text', text }
  const { source } = block
  const isTaken = traits[block.kind] !== false && !(block.kind === 'audio' && source.kind !== 'base64')
  if (!isTaken) {
    dropContent(context, traits[block.kind] === false ? block.kind : `${block.kind} given as ${source.kind}`)
    return undefined
  }
  if (block.kind === 'image') {
    const where = source.kind === 'file-id' ? { file_id: source.id } : { image_url: urlOf(source) }
    return { type: 'input_image', detail: block.detail ?? 'auto', ...where }
  }
  if (block.kind === 'file') return encodeFile(block)
  if (source.kind !== 'base64') return undefined
  const format = block.format ?? formatOfMediaType(source.mediaType) ?? 'wav'
  return { type: 'input_audio', input_audio: { data: source.content, format } }
}

function encodeFile(block: FileBlock): JsonObject {
  const { source } = block
  if (source.kind === 'file-id') return { type: 'input_file', file_id: source.id }
  if (source.kind === 'url') return compact({ type: 'input_file', filename: block.name, file_url: source.url })
  const ending = source.kind === 'base64' ? formatOfMediaType(source.mediaType) : undefined
  const filename = block.name ?? block.title ?? (ending === undefined ? 'document' : `document.${ending}`)
  return { type: 'input_file', filename, file_data: urlOf(source) }
}

function urlOf(source: MediaSource): string | undefined {
  if (source.kind === 'base64') return toDataUrl(source)
  return source.kind === 'url' ? source.url : undefined
}

/** Text documents become text parts: R's file parts are for binary documents. */
function documentText(block: FileBlock): string | undefined {
  const { source } = block
  const isText = source.kind === 'base64' && source.mediaType.startsWith('text/')
  const text = source.kind === 'text' ? source.text : isText ? base64ToText(source.content) : undefined
  if (text === undefined) return undefined
  return [block.title ?? block.name, block.context, text].filter((line) => line !== undefined).join('\n\n')
}
