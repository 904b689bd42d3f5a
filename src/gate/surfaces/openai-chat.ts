import { openaiChat, openaiChatMeter, withoutUsage } from '../../models/dialects/index.ts'
import { type ChatSurface, chatOperation } from '../chat-operation.ts'
import { asOperation, type Surface } from './surface.ts'

const SURFACE: ChatSurface = {
  name: 'openai-chat',
  dialect: openaiChat,
  idPrefix: 'chatcmpl-',
  pass: { meter: openaiChatMeter, withoutUsage, usageMark: '"prompt_tokens"', terminator: '[DONE]' },
}

/** OpenAI chat completions. */
export const openaiChatSurface: Surface = {
  name: 'openai-chat',
  prefixes: ['/v1/'],
  routes: [
    {
      method: 'POST',
      path: '/v1/chat/completions',
      operation: (incoming) => asOperation(chatOperation(SURFACE, incoming)),
    },
  ],
  encodeError: openaiChat.encodeError,
}
