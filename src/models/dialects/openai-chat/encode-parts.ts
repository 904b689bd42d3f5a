import type { Block, ImageBlock, MediaSource, TextBlock } from '../canonical.ts'
import type { EncodeContext, JsonObject } from '../dialect.ts'
import { dropContent } from '../loss.ts'
import { base64ToText, formatOfMediaType, toDataUrl } from '../media.ts'

/** The encoder's context and whether the call came in this dialect: only then are unknown fields written again. */
export interface CallContext extends EncodeContext {
  readonly isOwn: boolean
}

/** Blocks as CC content: a plain string where one text says it all, else parts. `null` when nothing is left. */
export function encodeContent(blocks: readonly Block[], context: CallContext): string | readonly JsonObject[] | null {
  const parts = blocks.flatMap((block) => encodePart(block, context))
  const [only] = parts
  if (only === undefined) return null
  const isPlain = parts.length === 1 && only.type === 'text' && Object.keys(only).length === 2
  return isPlain && typeof only.text === 'string' ? only.text : parts
}

/** One block as at most one part; what CC cannot carry is declared. */
export function encodePart(block: Block, context: CallContext): readonly JsonObject[] {
  const extra = partExtras(block, context)
  switch (block.kind) {
    case 'text':
      return [{ ...encodeText(block), ...extra }]
    case 'image':
      return encodeImage(block, context).map((part) => ({ ...part, ...extra }))
    case 'audio':
      return encodeAudio(block.source, block.format, context).map((part) => ({ ...part, ...extra }))
    case 'file':
      return encodeFile(block, context).map((part) => ({ ...part, ...extra }))
    case 'opaque':
      if (block.dialect === 'openai-chat') return [block.value as JsonObject]
      dropContent(context, `${block.name} block`)
      return []
    case 'reasoning':
      dropContent(context, 'reasoning')
      return []
    default:
      dropContent(context, `${block.kind} in a place that chat completions has none for`)
      return []
  }
}

function encodeText(block: TextBlock): JsonObject {
  return block.refusal === true ? { type: 'refusal', refusal: block.text } : { type: 'text', text: block.text }
}

/** Unknown members of a part that came in this dialect, and the cache breakpoint where the target reads it. */
function partExtras(block: Block, context: CallContext): JsonObject {
  const rest = context.isOwn ? block.rest : undefined
  if (!context.isOwn && block.rest !== undefined)
    context.warn(`dropped: ${Object.keys(block.rest).join(', ')} of ${block.kind}`)
  if (block.kind === 'text' && block.citations !== undefined) context.warn('dropped: citations')
  if (block.cacheControl === undefined) return rest ?? {}
  return { ...rest, ...encodeCacheControl(block.cacheControl.ttl, context) }
}

/** `cache_control` for a target that reads it; declared lost for all others. */
export function encodeCacheControl(ttl: '5m' | '1h', context: EncodeContext): JsonObject {
  if (context.target.compatibility?.cacheControl === true) {
    return { cache_control: ttl === '1h' ? { type: 'ephemeral', ttl } : { type: 'ephemeral' } }
  }
  context.warn('dropped: cache_control')
  return {}
}

function encodeImage(block: ImageBlock, context: CallContext): readonly JsonObject[] {
  if (context.target.images === false) {
    dropContent(context, 'image')
    return []
  }
  const url = urlOf(block.source)
  if (url === undefined) {
    dropContent(context, `image given as ${block.source.kind}`)
    return []
  }
  return [{ type: 'image_url', image_url: block.detail === undefined ? { url } : { url, detail: block.detail } }]
}

function urlOf(source: MediaSource): string | undefined {
  if (source.kind === 'base64') return toDataUrl(source)
  return source.kind === 'url' ? source.url : undefined
}

function encodeAudio(source: MediaSource, format: string | undefined, context: CallContext): readonly JsonObject[] {
  if (context.target.audio === false || source.kind !== 'base64') {
    dropContent(context, source.kind === 'base64' ? 'audio' : `audio given as ${source.kind}`)
    return []
  }
  const name = format ?? formatOfMediaType(source.mediaType) ?? 'wav'
  return [{ type: 'input_audio', input_audio: { data: source.content, format: name } }]
}

/** Text documents become text parts: CC's file parts are for binary documents. */
function encodeFile(block: Extract<Block, { kind: 'file' }>, context: CallContext): readonly JsonObject[] {
  const { source } = block
  if (block.citationsEnabled === true) context.warn('dropped: citations of a document')
  const text = documentText(source)
  if (text !== undefined) {
    const title = block.title ?? block.name
    return [{ type: 'text', text: [title, block.context, text].filter((line) => line !== undefined).join('\n\n') }]
  }
  if (context.target.files === false || source.kind === 'url') {
    dropContent(context, source.kind === 'url' ? 'file given as url' : 'file')
    return []
  }
  if (source.kind === 'file-id') return [{ type: 'file', file: { file_id: source.id } }]
  if (source.kind !== 'base64') return []
  const ending = formatOfMediaType(source.mediaType)
  const filename = block.name ?? block.title ?? (ending === undefined ? 'document' : `document.${ending}`)
  return [{ type: 'file', file: { filename, file_data: toDataUrl(source) } }]
}

function documentText(source: MediaSource): string | undefined {
  if (source.kind === 'text') return source.text
  if (source.kind !== 'base64' || !source.mediaType.startsWith('text/')) return undefined
  return base64ToText(source.content)
}
