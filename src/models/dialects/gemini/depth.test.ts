import { describe, expect, test } from 'bun:test'
import { GatewayError } from '../../../lib/errors.ts'
import type { Block, ChatCall } from '../canonical.ts'
import { textToBase64 } from '../media.ts'
import { gemini } from './index.ts'
import { readSignature } from './signature.ts'
import { argsOf } from './write-part.ts'

const DEEP = `{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`
const NEAR = `{"a":${'['.repeat(127)}${']'.repeat(127)}}`

const callOf = (block: Block): ChatCall => ({
  kind: 'chat',
  dialect: 'openai-chat',
  model: 'assistant',
  messages: [
    { role: 'user', blocks: [{ kind: 'text', text: 'Hi' }] },
    { role: block.kind === 'tool-call' ? 'assistant' : 'tool', blocks: [block] },
  ],
  tools: [],
  sampling: {},
  stream: false,
  includeUsage: false,
})
const toolCall = (args: string): Block => ({ kind: 'tool-call', id: 'c1', name: 'f', arguments: args })
const toolResult = (text: string): Block => ({ kind: 'tool-result', callId: 'c1', content: [{ kind: 'text', text }] })

function codeOf(block: Block): string {
  try {
    gemini.encodeCall(callOf(block), { target: { model: 'gemini-2.5-flash' }, strict: false, warn: () => {} })
    return 'taken'
  } catch (cause) {
    return cause instanceof GatewayError ? cause.code : String(cause)
  }
}

describe('JSON that a caller wrote as a string', () => {
  test('is read down to 128 levels in tool calls and results, and refused beyond', () => {
    expect(codeOf(toolCall(NEAR))).toBe('taken')
    expect(codeOf(toolResult(NEAR))).toBe('taken')
    expect(codeOf(toolCall(DEEP))).toBe('unsupported_content')
    expect(codeOf(toolResult(DEEP))).toBe('unsupported_content')
  })
  test('is a foreign signature only when it is no deeper than that', () => {
    const deep = textToBase64(`gatehouse1.${DEEP}`)
    expect(readSignature(deep)).toEqual({ origin: 'gemini', signature: deep })
  })
  test('stays text when an answer brings it', () => {
    expect(argsOf(DEEP)).toEqual({ input: DEEP })
  })
})
