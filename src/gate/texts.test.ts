import { describe, expect, test } from 'bun:test'
import { GatewayError } from '../lib/errors.ts'
import type { ChatCall } from '../models/dialects/index.ts'
import { replaceTexts, segmentsOf } from './texts.ts'

const CALL: ChatCall = {
  kind: 'chat',
  dialect: 'openai-chat',
  model: 'm',
  messages: [
    { role: 'system', blocks: [{ kind: 'text', text: 'be kind', at: ['messages', 0, 'content'] }] },
    {
      role: 'user',
      blocks: [
        { kind: 'text', text: 'hello', at: ['messages', 1, 'content', 0, 'text'] },
        { kind: 'image', source: { kind: 'url', url: 'https://example.com/a%20b.png' } },
        { kind: 'file', name: 'a.txt', title: 'A', source: { kind: 'text', text: 'inside', mediaType: 'text/plain' } },
        {
          kind: 'file',
          source: { kind: 'base64', mediaType: 'text/csv', content: Buffer.from('a,b').toString('base64') },
        },
        { kind: 'file', source: { kind: 'base64', mediaType: 'application/pdf', content: 'AAAA' } },
        { kind: 'file', source: { kind: 'base64', mediaType: 'application/octet-stream', content: '/////w==' } },
        {
          kind: 'file',
          source: {
            kind: 'base64',
            mediaType: 'application/octet-stream',
            content: Buffer.from('plain').toString('base64'),
          },
        },
        { kind: 'file', source: { kind: 'url', url: 'https://example.com/b.pdf' } },
      ],
    },
    {
      role: 'assistant',
      blocks: [
        { kind: 'reasoning', text: 'hm', signature: 'proof' },
        { kind: 'reasoning', text: '', encrypted: 'x' },
        { kind: 'tool-call', id: 'c1', name: 'f', arguments: '{"a":1}', at: ['messages', 2, 'tool_calls', 0] },
        { kind: 'opaque', dialect: 'openai-chat', name: 'other', value: { note: 'opaque words' } },
      ],
    },
    { role: 'tool', blocks: [{ kind: 'tool-result', callId: 'c1', content: [{ kind: 'text', text: 'result' }] }] },
  ],
  tools: [
    { kind: 'function', name: 'f', description: 'does f', parameters: { type: 'object', title: 'words' } },
    { kind: 'native', dialect: 'openai-chat', name: 'g', value: { type: 'custom', format: 'words' } },
  ],
  toolChoice: { kind: 'named', name: 'h' },
  sampling: {},
  stream: false,
  includeUsage: true,
}

const SEGMENTS = segmentsOf(CALL)
const numberOf = (part: string) => SEGMENTS.findIndex(({ text }) => text.includes(part))
const masked = (part: string, text: string) => replaceTexts(CALL, new Map([[numberOf(part), text]]))

describe('the texts of a call', () => {
  test('are all there, each in the voice that it has', () => {
    expect(SEGMENTS).toEqual([
      { channel: 'system', text: 'be kind' },
      { channel: 'user', text: 'hello' },
      { channel: 'user', text: 'https://example.com/a b.png' },
      { channel: 'document', text: 'inside' },
      { channel: 'document', text: 'a.txt' },
      { channel: 'document', text: 'A' },
      { channel: 'document', text: 'a,b' },
      { channel: 'document', text: 'plain' },
      { channel: 'document', text: 'https://example.com/b.pdf' },
      { channel: 'assistant', text: 'hm' },
      { channel: 'tool-arguments', text: '{"a":1}' },
      { channel: 'tool-arguments', text: 'f' },
      { channel: 'assistant', text: '{"note":"opaque words"}' },
      { channel: 'tool-result', text: 'result' },
      { channel: 'tool-schema', text: 'f' },
      { channel: 'tool-schema', text: 'does f' },
      { channel: 'tool-schema', text: '{"type":"object","title":"words"}' },
      { channel: 'tool-schema', text: '{"type":"custom","format":"words"}' },
      { channel: 'tool-schema', text: 'h' },
    ])
  })

  test('are replaced by the very numbers under which they are listed, each of them and no other', () => {
    for (const [number, segment] of SEGMENTS.entries()) {
      const text = segment.text.startsWith('{') ? '{"masked":true}' : 'masked'
      const after = segmentsOf(replaceTexts(CALL, new Map([[number, text]])).call)
      expect(after).toEqual(SEGMENTS.map((one, index) => (index === number ? { ...one, text } : one)))
    }
  })

  test('replaced by nothing leave the call as it is, with nothing to edit', () => {
    const { call, edits, mustEncode } = replaceTexts(CALL, new Map())
    expect(call).toEqual(CALL)
    expect([edits, mustEncode]).toEqual([[], false])
  })

  test('that have a place in the JSON of the caller are edited there, and the other bytes stay', () => {
    expect(masked('hello', 'h***o')).toMatchObject({
      edits: [{ at: ['messages', 1, 'content', 0, 'text'], text: 'h***o' }],
      mustEncode: false,
    })
  })

  for (const part of ['inside', 'a,b', 'hm', 'opaque words', 'result', 'does f', '"title"', '"custom"']) {
    test(`without a place there force the call to be written anew: ${part}`, () => {
      const text = SEGMENTS[numberOf(part)]?.text.startsWith('{') ? '{}' : 'masked'
      expect(masked(part, text)).toMatchObject({ edits: [], mustEncode: true })
    })
  }

  test('a masked thought loses the signature that vouched for it', () => {
    const block = masked('hm', 'h*').call.messages[2]?.blocks[0]
    expect(block).toMatchObject({ text: 'h*', signature: undefined })
  })

  test('a text file in base64 is masked inside', () => {
    const block = masked('a,b', 'a,*').call.messages[1]?.blocks[3]
    expect(block).toMatchObject({ source: { content: Buffer.from('a,*').toString('base64') } })
  })

  test('a mask that breaks the JSON around it stops the call: nothing goes on unmasked', () => {
    for (const part of ['opaque words', '"title"', '"custom"']) {
      expect(() => masked(part, '[EMAIL')).toThrow(GatewayError)
    }
  })
})
