import { isObject } from '../../../lib/json.ts'
import { sseComment, sseEvent } from '../../../lib/sse.ts'
import type { AnswerEvent, Usage } from '../canonical.ts'
import type { AnswerContext, JsonObject, StreamDecoder, StreamEncoder } from '../dialect.ts'
import type { ChoiceReader } from '../openai-chat/decode-choice.ts'
import { decodeStream as decodeChunks } from '../openai-chat/decode-stream.ts'
import { DONE } from '../openai-chat/encode-stream.ts'
import { decodeFinish } from '../openai-chat/finish.ts'
import { choicesOf, patchEvent } from '../openai-chat/rewrite-frame.ts'
import { encodeUsage } from '../openai-chat/usage.ts'
import { openaiErrorBody } from '../openai-error.ts'
import { legacyFinish } from './answer.ts'
import { echoOf } from './decode-call.ts'
import { chatLogprobs, legacyLogprobs } from './logprobs.ts'

/** Writes a completions stream: texts only; with `echo` the prompt is each choice's first chunk. */
export function encodeStream(context: AnswerContext): StreamEncoder {
  const { call } = context
  const echo = echoOf(call)
  const offsets = new Map<number, number>()
  let head: JsonObject = headOf(context.id, call.model, context.createdAt)
  let usage: Usage | undefined

  const chunk = (choices: readonly JsonObject[], counted: Usage | null = null) =>
    sseEvent(JSON.stringify({ ...head, choices, ...(call.includeUsage && { usage: counted && encodeUsage(counted) }) }))
  const entry = (choice: number, text: string, more: JsonObject = {}) =>
    chunk([{ text, index: choice, logprobs: null, finish_reason: null, ...more }])
  const begin = (choice: number) => {
    if (offsets.has(choice)) return ''
    offsets.set(choice, echo.length)
    return echo === '' ? '' : entry(choice, echo)
  }
  const write = (event: AnswerEvent, following: AnswerEvent | undefined): string => {
    switch (event.kind) {
      case 'start':
        head = headOf(event.id || context.id, event.model || call.model, event.createdAt ?? context.createdAt)
        return ''
      case 'usage':
        usage = event.usage
        return ''
      case 'finish':
        return begin(event.choice) + entry(event.choice, '', { finish_reason: legacyFinish(event.finish) })
      case 'block-delta': {
        if (event.delta.kind !== 'text') return ''
        const opening = begin(event.choice)
        const offset = offsets.get(event.choice) ?? 0
        offsets.set(event.choice, offset + event.delta.text.length)
        const logprobs =
          following?.kind === 'block-delta' && following.delta.kind === 'logprobs' ? following.delta.value : null
        return opening + entry(event.choice, event.delta.text, { logprobs: legacyLogprobs(logprobs, offset) })
      }
      default:
        return ''
    }
  }
  return {
    events: (events) => events.map((event, index) => write(event, events[index + 1])).join(''),
    ping: () => sseComment('ping'),
    fail: (error) => sseEvent(JSON.stringify(openaiErrorBody(error))),
    end: () => (call.includeUsage && usage !== undefined ? chunk([], usage) + DONE : DONE),
  }
}

/** Reads a completions stream; framing, usage, errors and the clean end are chat's. */
export function decodeStream(): StreamDecoder {
  return decodeChunks({ makeReader: textReader })
}

/** Puts other texts into one raw chunk: the n-th non-empty `text` of its choices becomes `texts[n]`. */
export function rewriteFrame(raw: string, texts: readonly string[]): string {
  return patchEvent(raw, (chunk) => {
    const spoken = choicesOf(chunk).filter(({ choice }) => typeof choice.text === 'string' && choice.text !== '')
    return spoken.flatMap(({ choice, at }, index) => {
      const text = texts[index]
      if (text === undefined || text === choice.text) return []
      const edit = { at: [...at, 'text'], literal: JSON.stringify(text) }
      // Log probabilities would give away the tokens that were masked.
      return isObject(choice.logprobs) ? [edit, { at: [...at, 'logprobs'], literal: undefined }] : [edit]
    })
  })
}

function textReader(choice: number): ChoiceReader {
  let isOpen = false
  let isFinished = false
  const stop = (events: AnswerEvent[]) => {
    isFinished = true
    if (isOpen) events.push({ kind: 'block-stop', choice, block: 0 })
  }
  return {
    read: (entry, { events, closing }) => {
      if (isFinished) return
      const text = typeof entry.text === 'string' ? entry.text : ''
      if (text !== '') {
        if (!isOpen) events.push({ kind: 'block-start', choice, block: 0, start: { kind: 'text' } })
        isOpen = true
        events.push({ kind: 'block-delta', choice, block: 0, delta: { kind: 'text', text } })
        const value = chatLogprobs(entry.logprobs)
        if (value !== undefined)
          events.push({ kind: 'block-delta', choice, block: 0, delta: { kind: 'logprobs', value } })
      }
      if (typeof entry.finish_reason !== 'string') return
      stop(closing)
      closing.push({
        kind: 'finish',
        choice,
        finish: decodeFinish(entry.finish_reason, { hasToolCalls: false, hasRefusal: false }),
      })
    },
    isFinished: () => isFinished,
    close: (events) => {
      stop(events)
      events.push({ kind: 'finish', choice, finish: 'other' })
    },
  }
}

function headOf(id: string, model: string, createdAt: number): JsonObject {
  return { id, object: 'text_completion', created: Math.floor(createdAt / 1000), model }
}
