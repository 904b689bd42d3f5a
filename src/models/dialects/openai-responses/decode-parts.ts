import { isObject } from '../../../lib/json.ts'
import type { Block, Citation, ItemPlace, Path } from '../canonical.ts'
import type { JsonObject } from '../dialect.ts'
import { inlineMedia, mediaTypeOfFileName, parseDataUrl, sourceOfUrl } from '../media.ts'
import { decodeAudio } from '../openai-chat/decode-parts.ts'
import { invalid, requiredString, restOf, stringField } from '../openai-chat/fields.ts'

/** Parts that one item may have. */
const MAX_PARTS = 10_000

/**
 * The content of an item (or the output of a tool) as blocks: a string is one text block at the content's own path, an array
 * one block a part. Null and absent give none. Parts of a type we do not know become opaque blocks.
 */
export function decodeContent(content: unknown, at: Path, item?: ItemPlace): readonly Block[] {
  if (content === undefined || content === null) return []
  if (typeof content === 'string') return [{ kind: 'text', text: content, at, ...(item && { item }) }]
  if (!Array.isArray(content)) throw invalid(at, 'a string or an array of parts is expected.')
  if (content.length > MAX_PARTS) throw invalid(at, `at most ${MAX_PARTS} parts are accepted.`)
  return content.map((part: unknown, index) => {
    const here = [...at, index]
    if (!isObject(part)) throw invalid(here, 'an object is expected.')
    const block = decodePart(part, here)
    return item ? { ...block, item } : block
  })
}

const TEXT_KEYS: ReadonlySet<string> = new Set(['type', 'text', 'annotations', 'logprobs'])
const REFUSAL_KEYS: ReadonlySet<string> = new Set(['type', 'refusal'])
const IMAGE_KEYS: ReadonlySet<string> = new Set(['type', 'image_url', 'file_id', 'detail'])
const AUDIO_KEYS: ReadonlySet<string> = new Set(['type', 'input_audio'])
const FILE_KEYS: ReadonlySet<string> = new Set(['type', 'file_data', 'file_id', 'file_url', 'filename'])

function decodePart(part: JsonObject, at: Path): Block {
  const type = requiredString(part, 'type', at)
  switch (type) {
    case 'input_text':
    case 'output_text':
    case 'text':
      return decodeText(part, at)
    case 'refusal': {
      const text = partText(part, 'refusal', at)
      return withRest({ kind: 'text', text, refusal: true, at: [...at, 'refusal'] }, part, REFUSAL_KEYS)
    }
    case 'input_image':
      return withRest(decodeImage(part, at), part, IMAGE_KEYS)
    case 'input_audio':
      return withRest(decodeAudio(part, at), part, AUDIO_KEYS)
    case 'input_file':
      return withRest(decodeFile(part, at), part, FILE_KEYS)
    default:
      return { kind: 'opaque', dialect: 'openai-responses', name: type, value: part }
  }
}

function decodeText(part: JsonObject, at: Path): Block {
  const citations = decodeAnnotations(part.annotations)
  const block: Block = { kind: 'text', text: partText(part, 'text', at), at: [...at, 'text'] }
  return withRest(citations ? { ...block, citations } : block, part, TEXT_KEYS)
}

function withRest(block: Block, part: JsonObject, known: ReadonlySet<string>): Block {
  const rest = restOf(part, known)
  return rest ? { ...block, rest } : block
}

function partText(part: JsonObject, key: string, at: Path): string {
  const text = stringField(part, key, at)
  if (text === undefined) throw invalid([...at, key], 'a string is required.')
  return text
}

function decodeImage(part: JsonObject, at: Path): Block {
  const { detail } = part
  const known: { readonly detail?: 'auto' | 'low' | 'high' } =
    detail === 'auto' || detail === 'low' || detail === 'high' ? { detail } : {}
  // Clients that come from chat completions write {url} here.
  const given = isObject(part.image_url) ? part.image_url.url : part.image_url
  if (typeof given === 'string' && given !== '') return { kind: 'image', source: sourceOfUrl(given), ...known }
  return { kind: 'image', source: { kind: 'file-id', id: requiredString(part, 'file_id', at) }, ...known }
}

function decodeFile(part: JsonObject, at: Path): Block {
  const name = stringField(part, 'filename', at)
  const named = name === undefined ? {} : { name }
  const content = stringField(part, 'file_data', at)
  if (content !== undefined) {
    const declared = (name === undefined ? undefined : mediaTypeOfFileName(name)) ?? 'application/octet-stream'
    return { kind: 'file', source: parseDataUrl(content) ?? inlineMedia(content, declared), ...named }
  }
  const url = stringField(part, 'file_url', at)
  if (url !== undefined) return { kind: 'file', source: sourceOfUrl(url), ...named }
  return { kind: 'file', source: { kind: 'file-id', id: requiredString(part, 'file_id', at) }, ...named }
}

/** `annotations` as citations; undefined when there are none. What is not a URL citation keeps its own shape. */
export function decodeAnnotations(annotations: unknown): readonly Citation[] | undefined {
  if (!Array.isArray(annotations) || annotations.length === 0) return undefined
  return annotations.filter(isObject).map(decodeAnnotation)
}

/** One annotation as a citation. */
export function decodeAnnotation(annotation: JsonObject): Citation {
  const { type, url, title, start_index: start, end_index: end } = annotation
  if (type !== 'url_citation') return { kind: 'other', rest: annotation }
  return {
    kind: 'url',
    ...(typeof url === 'string' && { url }),
    ...(typeof title === 'string' && { title }),
    ...(typeof start === 'number' && { start }),
    ...(typeof end === 'number' && { end }),
  }
}

/** A citation as an annotation; what is not a URL keeps its title, or its own shape where it came in R's. */
export function encodeCitation(citation: Citation): JsonObject {
  if (citation.kind === 'other' && typeof citation.rest?.type === 'string') return citation.rest
  const { url = '', title = '', start = 0, end = 0 } = citation
  return { type: 'url_citation', start_index: start, end_index: end, url, title }
}
