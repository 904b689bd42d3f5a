export {
  anthropicMessages,
  anthropicMeter,
  countAnthropicTokens,
  encodeAnthropicError,
} from './anthropic-messages/index.ts'
export type * from './canonical.ts'
export { openaiChat, openaiChatMeter, withoutUsage } from './openai-chat/index.ts'
