import { expect, test } from 'bun:test'
import {
  base64ToText,
  formatOfMediaType,
  mediaTypeOfFileName,
  mediaTypeOfFormat,
  parseDataUrl,
  sniffMediaType,
  sourceOfUrl,
  textToBase64,
  toDataUrl,
} from './media.ts'

const base64 = (latin1: string) => btoa(latin1)

test('a data URL becomes a base64 source whose type its first bytes decide', () => {
  const png = base64('\x89PNG\r\n\x1a\n0000')
  expect(parseDataUrl(`data:image/jpeg;base64,${png}`)).toEqual({
    kind: 'base64',
    mediaType: 'image/png',
    content: png,
  })
  expect(parseDataUrl('data:image/svg+xml;charset=utf-8;base64,PHN2Zz4=')?.mediaType).toBe('image/svg+xml')
  expect(parseDataUrl('data:,a%20b')).toEqual({ kind: 'base64', mediaType: 'text/plain', content: base64('a b') })
  expect(parseDataUrl('https://x/y.png')).toBeUndefined()
  expect(sourceOfUrl('https://x/y.png')).toEqual({ kind: 'url', url: 'https://x/y.png' })
})

test('media types are known by their magic bytes', () => {
  const table: readonly (readonly [string, string | undefined])[] = [
    ['\xff\xd8\xff\xe0', 'image/jpeg'],
    ['GIF89a', 'image/gif'],
    ['RIFF0000WEBPVP8 ', 'image/webp'],
    ['RIFF0000WAVEfmt ', 'audio/wav'],
    ['%PDF-1.7', 'application/pdf'],
    ['ID3\x04', 'audio/mpeg'],
    ['OggS\x00', 'audio/ogg'],
    ['fLaC', 'audio/flac'],
    ['plain words', undefined],
  ]
  for (const [head, mediaType] of table) expect(sniffMediaType(base64(head))).toBe(mediaType)
  expect(sniffMediaType('not*base64')).toBeUndefined()
})

test('format names and media types map to each other', () => {
  expect(mediaTypeOfFormat('mp3')).toBe('audio/mpeg')
  expect(mediaTypeOfFormat('toString')).toBeUndefined()
  expect(formatOfMediaType('audio/mpeg')).toBe('mp3')
  expect(formatOfMediaType('image/jpeg; q=1')).toBe('jpeg')
  expect(mediaTypeOfFileName('Report.PDF')).toBe('application/pdf')
})

test('text survives base64 and back, whatever its alphabet', () => {
  expect(base64ToText(textToBase64('Grüße 👋'))).toBe('Grüße 👋')
  expect(base64ToText('/w==')).toBeUndefined()
  expect(toDataUrl({ mediaType: 'image/png', content: 'AA==' })).toBe('data:image/png;base64,AA==')
})
