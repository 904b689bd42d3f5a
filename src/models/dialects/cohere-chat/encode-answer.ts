import type { Block, ChatAnswer, Citation } from '../canonical.ts'
import type { AnswerContext, JsonObject } from '../dialect.ts'
import { writeCitation, writeFinish, writeUsage } from './vocabulary.ts'

/** A whole answer in Cohere's shape; text before tool calls is the `tool_plan`. Cohere knows one answer: the first is told. */
export function encodeAnswer(answer: ChatAnswer, context: AnswerContext): JsonObject {
  const choice = answer.choices[0]
  const blocks = choice?.blocks ?? []
  const calls = blocks.flatMap((block) => (block.kind === 'tool-call' ? [callOf(block)] : []))
  const texts = blocks.flatMap((block) => (block.kind === 'text' ? [block.text] : []))
  const citations = blocks.flatMap((block): readonly Citation[] =>
    block.kind === 'text' ? (block.citations ?? []) : [],
  )
  return {
    id: answer.id || context.id,
    message: {
      role: 'assistant',
      content: blocks.flatMap((block) => contentOf(block, calls.length > 0)),
      ...(calls.length === 0 ? {} : { tool_calls: calls, tool_plan: texts.join('\n') }),
      ...(citations.length === 0 ? {} : { citations: citations.map(writeCitation) }),
    },
    finish_reason: writeFinish(choice?.finish ?? 'other'),
    ...(answer.usage === undefined ? {} : { usage: writeUsage(answer.usage) }),
  }
}

function contentOf(block: Block, hasCalls: boolean): readonly JsonObject[] {
  if (block.kind === 'reasoning') return block.text === '' ? [] : [{ type: 'thinking', thinking: block.text }]
  return block.kind === 'text' && !hasCalls ? [{ type: 'text', text: block.text }] : []
}

function callOf(block: Extract<Block, { kind: 'tool-call' }>): JsonObject {
  return { id: block.id, type: 'function', function: { name: block.name, arguments: block.arguments } }
}
