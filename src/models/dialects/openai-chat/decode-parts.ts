import { isObject } from '../../../lib/json.ts'
import type { Block, CacheControl, Path } from '../canonical.ts'
import type { JsonObject } from '../dialect.ts'
import { inlineMedia, mediaTypeOfFileName, mediaTypeOfFormat, parseDataUrl, sourceOfUrl } from '../media.ts'
import { invalid, objectField, requiredString, restOf, stringField } from './fields.ts'

/** Parts that one message may have. */
const MAX_PARTS = 10_000

/**
 * A message's `content` as blocks: a string gives one text block at the content's own path, an array one block a part.
 * Null and absent give none. Parts of a type we do not know become opaque blocks of this dialect.
 */
export function decodeContent(content: unknown, at: Path): readonly Block[] {
  if (content === undefined || content === null) return []
  if (typeof content === 'string') return [{ kind: 'text', text: content, at }]
  if (!Array.isArray(content)) throw invalid(at, 'a string or an array of parts is expected.')
  if (content.length > MAX_PARTS) throw invalid(at, `at most ${MAX_PARTS} parts are accepted.`)
  return content.map((part: unknown, index) => decodePart(part, [...at, index]))
}

/** The caller's cache breakpoint (`cache_control` as Anthropic, OpenRouter and LiteLLM clients write it). */
export function decodeCacheControl(value: unknown): CacheControl | undefined {
  return isObject(value) ? { ttl: value.ttl === '1h' ? '1h' : '5m' } : undefined
}

const TEXT_KEYS: ReadonlySet<string> = new Set(['type', 'text', 'cache_control'])
const REFUSAL_KEYS: ReadonlySet<string> = new Set(['type', 'refusal', 'cache_control'])
const IMAGE_KEYS: ReadonlySet<string> = new Set(['type', 'image_url', 'cache_control'])
const AUDIO_KEYS: ReadonlySet<string> = new Set(['type', 'input_audio', 'cache_control'])
const FILE_KEYS: ReadonlySet<string> = new Set(['type', 'file', 'cache_control'])

function decodePart(part: unknown, at: Path): Block {
  if (!isObject(part)) throw invalid(at, 'an object is expected.')
  const type = requiredString(part, 'type', at)
  const cacheControl = decodeCacheControl(part.cache_control)
  switch (type) {
    case 'text': {
      const text = partText(part, 'text', at)
      return { kind: 'text', text, at: [...at, 'text'], cacheControl, rest: restOf(part, TEXT_KEYS) }
    }
    case 'refusal': {
      const text = partText(part, 'refusal', at)
      return {
        kind: 'text',
        text,
        refusal: true,
        at: [...at, 'refusal'],
        cacheControl,
        rest: restOf(part, REFUSAL_KEYS),
      }
    }
    case 'image_url':
      return { ...decodeImage(part, at), cacheControl, rest: restOf(part, IMAGE_KEYS) }
    case 'input_audio':
      return { ...decodeAudio(part, at), cacheControl, rest: restOf(part, AUDIO_KEYS) }
    case 'file':
      return { ...decodeFile(part, at), cacheControl, rest: restOf(part, FILE_KEYS) }
    default:
      return { kind: 'opaque', dialect: 'openai-chat', name: type, value: part }
  }
}

function partText(part: JsonObject, key: string, at: Path): string {
  const text = stringField(part, key, at)
  if (text === undefined) throw invalid([...at, key], 'a string is required.')
  return text
}

function decodeImage(part: JsonObject, at: Path): Block {
  // Some clients write the URL itself where OpenAI wants {url}.
  if (typeof part.image_url === 'string') return { kind: 'image', source: sourceOfUrl(part.image_url) }
  const image = objectField(part, 'image_url', at)
  if (image === undefined) throw invalid([...at, 'image_url'], 'an object with a url is required.')
  const source = sourceOfUrl(requiredString(image, 'url', [...at, 'image_url']))
  const detail = image.detail
  const known = detail === 'auto' || detail === 'low' || detail === 'high' ? detail : undefined
  return { kind: 'image', source, detail: known }
}

/** An `input_audio` part, which Responses writes the same. Throws `invalid_request`. */
export function decodeAudio(part: JsonObject, at: Path): Block {
  const audio = objectField(part, 'input_audio', at)
  if (audio === undefined) throw invalid([...at, 'input_audio'], 'an object with data and format is required.')
  const content = requiredString(audio, 'data', [...at, 'input_audio'])
  const format = requiredString(audio, 'format', [...at, 'input_audio'])
  const declared = mediaTypeOfFormat(format) ?? `audio/${format}`
  return { kind: 'audio', source: parseDataUrl(content) ?? inlineMedia(content, declared), format }
}

function decodeFile(part: JsonObject, at: Path): Block {
  const file = objectField(part, 'file', at)
  if (file === undefined) throw invalid([...at, 'file'], 'an object with file_data or file_id is required.')
  const name = stringField(file, 'filename', [...at, 'file'])
  const content = stringField(file, 'file_data', [...at, 'file'])
  if (content !== undefined) {
    const declared = (name === undefined ? undefined : mediaTypeOfFileName(name)) ?? 'application/octet-stream'
    const source = /^https?:\/\//i.test(content)
      ? sourceOfUrl(content)
      : (parseDataUrl(content) ?? inlineMedia(content, declared))
    return { kind: 'file', source, name }
  }
  return { kind: 'file', source: { kind: 'file-id', id: requiredString(file, 'file_id', [...at, 'file']) }, name }
}
