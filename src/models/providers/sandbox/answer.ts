import { isObject } from '../../../lib/json.ts'
import { type Directives, directivesOf } from './directives.ts'
import { exampleOf } from './example.ts'

/** A request body as the sandbox reads it: OpenAI chat completions. */
export type ChatBody = Readonly<Record<string, unknown>>

/** What the sandbox will say, before it is written whole or in pieces. */
export interface SandboxAnswer {
  readonly text: string
  readonly calls: readonly { readonly id: string; readonly name: string; readonly arguments: string }[]
  readonly finish: 'stop' | 'length' | 'tool_calls'
  /** How many answers were asked for; they are all the same. */
  readonly choices: number
  readonly promptTokens: number
  readonly completionTokens: number
  readonly directives: Directives
}

const FILLER =
  'This answer was made by the sandbox inside the gateway; no model was asked and nothing left this machine.'.split(' ')

/** The answer to a request: the same for the same request, always. */
export function answerTo(body: ChatBody): SandboxAnswer {
  const messages = Array.isArray(body.messages) ? body.messages.filter(isObject) : []
  const prompt = textOf(messages.findLast((message) => message.role === 'user')?.content)
  const directives = directivesOf(prompt)
  const calls = callsFor(body, messages, directives)
  const whole = calls.length > 0 ? '' : textFor(body, messages, directives)
  const bound = boundOf(body)
  const words = whole.split(/(?<= )/)
  const text = words.length > bound ? words.slice(0, bound).join('') : whole
  const choices = choicesOf(body)
  const tokens = tokensOf(text) + calls.reduce((sum, call) => sum + tokensOf(call.arguments), 0)
  return {
    text,
    calls,
    choices,
    finish: calls.length > 0 ? 'tool_calls' : text.length < whole.length ? 'length' : 'stop',
    promptTokens: tokensOf(JSON.stringify(messages)),
    completionTokens: choices * tokens,
    directives,
  }
}

/** About four characters a token: enough for a rehearsal. */
export function tokensOf(text: string): number {
  return Math.max(1, Math.ceil(text.length / 4))
}

/** As many as OpenAI gives at most (API reference, `n`, 2026-11). */
const MOST_CHOICES = 128

function choicesOf({ n }: ChatBody): number {
  return typeof n === 'number' && n >= 1 ? Math.min(Math.floor(n), MOST_CHOICES) : 1
}

function boundOf(body: ChatBody): number {
  const bound = body.max_completion_tokens ?? body.max_tokens
  return typeof bound === 'number' && bound > 0 ? bound : Number.POSITIVE_INFINITY
}

/** All text of a message's content, parts joined. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content.map((part) => (isObject(part) && typeof part.text === 'string' ? part.text : '')).join(' ')
}

function textFor(
  body: ChatBody,
  messages: readonly Readonly<Record<string, unknown>>[],
  directives: Directives,
): string {
  if (directives.say !== undefined) return directives.say
  const format = isObject(body.response_format) ? body.response_format : {}
  if (format.type === 'json_schema') {
    const wrapped = isObject(format.json_schema) ? format.json_schema.schema : undefined
    return JSON.stringify(exampleOf(wrapped))
  }
  if (format.type === 'json_object') return '{"sandbox":true}'
  const last = messages.at(-1)
  if (last?.role === 'tool') return `[sandbox] The tool answered: ${textOf(last.content).slice(0, 500)}`
  if (directives.words !== undefined) {
    return Array.from({ length: directives.words }, (_, index) => FILLER[index % FILLER.length]).join(' ')
  }
  const asked = textOf(messages.findLast((message) => message.role === 'user')?.content)
  return `[sandbox] You said: ${asked.slice(0, 500)}${describeMedia(messages)}`
}

function describeMedia(messages: readonly Readonly<Record<string, unknown>>[]): string {
  const content = messages.findLast((message) => message.role === 'user')?.content
  const parts = Array.isArray(content) ? content.filter(isObject) : []
  const images = parts.filter((part) => part.type === 'image_url').length
  const files = parts.filter((part) => part.type === 'file' || part.type === 'input_audio').length
  return images + files === 0 ? '' : ` (with ${images} image(s) and ${files} other file(s))`
}

/** Tools are called when the caller demands it, when the prompt says so, but never right after a tool's answer. */
function callsFor(
  body: ChatBody,
  messages: readonly Readonly<Record<string, unknown>>[],
  directives: Directives,
): SandboxAnswer['calls'] {
  const tools = (Array.isArray(body.tools) ? body.tools : []).flatMap((tool) =>
    isObject(tool) && isObject(tool.function) && typeof tool.function.name === 'string'
      ? [{ name: tool.function.name, parameters: tool.function.parameters }]
      : [],
  )
  if (tools.length === 0 || messages.at(-1)?.role === 'tool' || body.tool_choice === 'none') return []
  const named =
    isObject(body.tool_choice) && isObject(body.tool_choice.function) ? body.tool_choice.function.name : undefined
  const wanted =
    directives.tools.length > 0
      ? directives.tools
      : typeof named === 'string'
        ? [named]
        : body.tool_choice === 'required'
          ? [tools[0]?.name ?? '']
          : []
  return wanted.flatMap((name, index) => {
    const tool = tools.find((candidate) => candidate.name === name)
    if (!tool) return []
    return [{ id: `call_sandbox_${index}`, name, arguments: JSON.stringify(exampleOf(tool.parameters) ?? {}) }]
  })
}
