import type { MediaSource } from './canonical.ts'

/** Bytes that came inside a request: base64 text and what they are. */
export type InlineMedia = Extract<MediaSource, { readonly kind: 'base64' }>

/** First bytes of a format, at an offset; every entry of `signs` must match. */
interface Magic {
  readonly mediaType: string
  readonly signs: readonly { readonly at: number; readonly bytes: string }[]
}

const sign = (at: number, bytes: string) => ({ at, bytes })

/** Signatures as published in each format's own specification (bytes as Latin-1 text). */
const MAGIC: readonly Magic[] = [
  { mediaType: 'image/png', signs: [sign(0, '\x89PNG\r\n\x1a\n')] },
  { mediaType: 'image/jpeg', signs: [sign(0, '\xff\xd8\xff')] },
  { mediaType: 'image/gif', signs: [sign(0, 'GIF8')] },
  { mediaType: 'image/webp', signs: [sign(0, 'RIFF'), sign(8, 'WEBP')] },
  { mediaType: 'audio/wav', signs: [sign(0, 'RIFF'), sign(8, 'WAVE')] },
  { mediaType: 'application/pdf', signs: [sign(0, '%PDF-')] },
  { mediaType: 'image/heic', signs: [sign(4, 'ftypheic')] },
  { mediaType: 'image/avif', signs: [sign(4, 'ftypavif')] },
  { mediaType: 'audio/mp4', signs: [sign(4, 'ftypM4A')] },
  { mediaType: 'video/mp4', signs: [sign(4, 'ftyp')] },
  { mediaType: 'audio/mpeg', signs: [sign(0, 'ID3')] },
  { mediaType: 'audio/mpeg', signs: [sign(0, '\xff\xfb')] },
  { mediaType: 'audio/mpeg', signs: [sign(0, '\xff\xf3')] },
  { mediaType: 'audio/aac', signs: [sign(0, '\xff\xf1')] },
  { mediaType: 'audio/flac', signs: [sign(0, 'fLaC')] },
  { mediaType: 'audio/ogg', signs: [sign(0, 'OggS')] },
  { mediaType: 'video/webm', signs: [sign(0, '\x1aE\xdf\xa3')] },
  { mediaType: 'image/tiff', signs: [sign(0, 'II*\x00')] },
  { mediaType: 'image/tiff', signs: [sign(0, 'MM\x00*')] },
  { mediaType: 'image/bmp', signs: [sign(0, 'BM')] },
]

/** Bare format name → media type, as CC's `input_audio.format` and Bedrock's `format` name them. */
const FORMATS: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  wav: 'audio/wav',
  mp3: 'audio/mpeg',
  aac: 'audio/aac',
  flac: 'audio/flac',
  opus: 'audio/opus',
  ogg: 'audio/ogg',
  m4a: 'audio/mp4',
  pcm16: 'audio/pcm',
  pdf: 'application/pdf',
  csv: 'text/csv',
  txt: 'text/plain',
  md: 'text/markdown',
  html: 'text/html',
  json: 'application/json',
  doc: 'application/msword',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xls: 'application/vnd.ms-excel',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  mp4: 'video/mp4',
  webm: 'video/webm',
}

const NAMES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(FORMATS).map(([name, mediaType]) => [mediaType, name])),
  'image/jpeg': 'jpeg',
  'audio/x-wav': 'wav',
  'audio/wave': 'wav',
  'audio/mp3': 'mp3',
}

/**
 * What base64 bytes really are, by their first bytes: `image/png`; undefined when no known format begins like that.
 * Looks at 24 characters at most, so its cost does not grow with the content.
 */
export function sniffMediaType(base64: string): string | undefined {
  let head: string
  try {
    head = atob(base64.slice(0, 24).replace(/-/g, '+').replace(/_/g, '/'))
  } catch {
    return undefined
  }
  return MAGIC.find(({ signs }) => signs.every(({ at, bytes }) => head.startsWith(bytes, at)))?.mediaType
}

/** The media type of a bare format name (`mp3` → `audio/mpeg`); undefined for names we do not know. */
export function mediaTypeOfFormat(format: string): string | undefined {
  const name = format.toLowerCase()
  return Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined
}

/** The bare format name of a media type (`audio/mpeg` → `mp3`), parameters ignored; undefined when there is none. */
export function formatOfMediaType(mediaType: string): string | undefined {
  const name = bareType(mediaType)
  return Object.hasOwn(NAMES, name) ? NAMES[name] : undefined
}

/** The media type a file's name tells (`report.PDF` → `application/pdf`); undefined when its ending is unknown. */
export function mediaTypeOfFileName(name: string): string | undefined {
  const dot = name.lastIndexOf('.')
  return dot < 0 ? undefined : mediaTypeOfFormat(name.slice(dot + 1))
}

/**
 * A `data:` URL as base64 content (RFC 2397). The media type is what the first bytes show, else what the URL declares,
 * else `text/plain`. Percent-encoded content becomes base64. Undefined when the text is not a data URL.
 */
export function parseDataUrl(url: string): InlineMedia | undefined {
  if (!/^data:/i.test(url.slice(0, 5))) return undefined
  const comma = url.indexOf(',')
  if (comma < 0 || comma > 256) return undefined
  const header = url.slice(5, comma)
  const isBase64 = /;\s*base64\s*$/i.test(header)
  const content = isBase64 ? url.slice(comma + 1) : percentToBase64(url.slice(comma + 1))
  if (content === undefined) return undefined
  return inlineMedia(content, bareType(header) || 'text/plain')
}

/** Base64 content with the media type its first bytes show, else the declared one. */
export function inlineMedia(content: string, declared: string): InlineMedia {
  return { kind: 'base64', mediaType: sniffMediaType(content) ?? declared, content }
}

/**
 * Fetched bytes as what a block of a kind needs: the media type is what the first bytes show; where they show nothing,
 * documents (never pictures or sounds) go by what the server or the name's ending declares. Undefined when the bytes are no
 * such thing.
 */
export function fetchedMedia(
  kind: 'image' | 'audio' | 'file',
  content: string,
  declared: { readonly contentType: string; readonly path: string },
): InlineMedia | undefined {
  const sniffed = sniffMediaType(content)
  if (kind !== 'file')
    return sniffed?.startsWith(`${kind}/`) ? { kind: 'base64', mediaType: sniffed, content } : undefined
  const type = bareType(declared.contentType)
  const isTold = formatOfMediaType(type) !== undefined && !/^(?:image|audio|video)\//.test(type)
  // Office files begin like any zip archive, and text like anything.
  const mediaType = sniffed ?? (isTold ? type : mediaTypeOfFileName(declared.path))
  return mediaType === undefined ? undefined : { kind: 'base64', mediaType, content }
}

/** A URL field of a request as a source: a data URL becomes base64, anything else stays a URL. */
export function sourceOfUrl(url: string): MediaSource {
  return parseDataUrl(url) ?? { kind: 'url', url }
}

/** Base64 content as a data URL: `data:image/png;base64,…`. */
export function toDataUrl(media: { readonly mediaType: string; readonly content: string }): string {
  return `data:${media.mediaType};base64,${media.content}`
}

/** UTF-8 text as base64. */
export function textToBase64(text: string): string {
  return bytesToBase64(new TextEncoder().encode(text))
}

/** Base64 as UTF-8 text; undefined when it is not base64 or not UTF-8. */
export function base64ToText(base64: string): string | undefined {
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

function bytesToBase64(bytes: Uint8Array): string {
  let binary = ''
  for (let start = 0; start < bytes.length; start += 8192) {
    binary += String.fromCharCode(...bytes.subarray(start, start + 8192))
  }
  return btoa(binary)
}

function bareType(mediaType: string): string {
  const end = mediaType.indexOf(';')
  return (end < 0 ? mediaType : mediaType.slice(0, end)).trim().toLowerCase()
}

function percentToBase64(text: string): string | undefined {
  try {
    return textToBase64(decodeURIComponent(text))
  } catch {
    return undefined
  }
}
