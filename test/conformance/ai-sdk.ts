import {
  APICallError,
  generateText,
  type JSONSchema7,
  jsonSchema,
  type LanguageModel,
  type ModelMessage,
  Output,
  streamText,
  tool,
} from 'ai'
import { CLIENT_HEADERS, type SdkAnswer, type SdkClient, TOOLS, toolSchema, WEATHER, type Wish } from './sdk-client.ts'

/** Makes a model of one of the AI SDK's providers, called with a key. */
export type ModelOf = (model: string, key: string | undefined) => LanguageModel

const OFFERED = Object.fromEntries(
  TOOLS.map(({ name, description, argument }) => {
    const { type, properties, required } = toolSchema(argument)
    const schema: JSONSchema7 = { type, properties, required: [...required] }
    return [name, tool({ description, inputSchema: jsonSchema(schema) })]
  }),
)

function messagesOf({ prompt, image, called }: Wish): ModelMessage[] {
  const media = image ? [{ type: 'image' as const, image, mediaType: 'image/png' }] : []
  const messages: ModelMessage[] = [{ role: 'user', content: [{ type: 'text', text: prompt }, ...media] }]
  if (!called) return messages
  const calls = called.map((call) => ({
    type: 'tool-call' as const,
    toolCallId: call.id,
    toolName: call.name,
    input: call.arguments,
  }))
  const results = called.map((call) => ({
    type: 'tool-result' as const,
    toolCallId: call.id,
    toolName: call.name,
    output: { type: 'text' as const, value: call.result },
  }))
  return [...messages, { role: 'assistant', content: calls }, { role: 'tool', content: results }]
}

function settingsOf(modelOf: ModelOf, wish: Wish) {
  return {
    model: modelOf(wish.model, wish.key),
    messages: messagesOf(wish),
    headers: { ...CLIENT_HEADERS },
    maxRetries: 0,
    ...(wish.system && { system: wish.system }),
    ...(wish.tools && { tools: OFFERED }),
    ...(wish.signal && { abortSignal: wish.signal }),
  }
}

interface Called {
  readonly toolCallId: string
  readonly toolName: string
  readonly input: unknown
}

const callOf = ({ toolCallId, toolName, input }: Called) => ({
  id: toolCallId,
  name: toolName,
  arguments: input as Record<string, unknown>,
})

/** The AI SDK with one of its providers behind the matrix's face. */
export function aiSdk(about: Pick<SdkClient, 'name' | 'structuredTool'>, modelOf: ModelOf): SdkClient {
  return {
    ...about,
    ask: async (wish) => {
      const { text, toolCalls, usage } = await generateText(settingsOf(modelOf, wish))
      const tokens = [usage.inputTokens ?? 0, usage.outputTokens ?? 0] as const
      return { text, calls: toolCalls.map(callOf), usage: tokens, pieces: 0 }
    },
    stream: async (wish, onText) => {
      const answer = {
        text: '',
        calls: [] as SdkAnswer['calls'],
        usage: [0, 0] as readonly [number, number],
        pieces: 0,
      }
      const running = streamText({ ...settingsOf(modelOf, wish), onError: () => undefined })
      for await (const part of running.fullStream) {
        if (part.type === 'error') throw part.error
        if (part.type === 'tool-call') answer.calls = [...answer.calls, callOf(part)]
        if (part.type === 'finish') answer.usage = [part.totalUsage.inputTokens ?? 0, part.totalUsage.outputTokens ?? 0]
        if (part.type !== 'text-delta' || part.text === '') continue
        answer.text += part.text
        answer.pieces++
        onText?.(part.text)
      }
      return answer
    },
    structured: async (wish) => {
      const output = Output.object({ schema: WEATHER })
      return (await generateText({ ...settingsOf(modelOf, wish), output })).output
    },
    failure: (cause) => {
      if (!APICallError.isInstance(cause)) throw cause
      return { status: cause.statusCode, message: cause.message }
    },
  }
}
