export {
  anthropicMessages,
  anthropicMeter,
  countAnthropicTokens,
  encodeAnthropicError,
} from './anthropic-messages/index.ts'
export { bedrockConverse } from './bedrock-converse/index.ts'
export type {
  AnswerEvent,
  Block,
  BlockDelta,
  BlockStart,
  CacheControl,
  ChatAnswer,
  ChatCall,
  Choice,
  Citation,
  DialectName,
  EmbedAnswer,
  EmbedCall,
  EmbedInput,
  Finish,
  MediaSource,
  Message,
  Path,
  ReasoningRequest,
  ResponseFormat,
  Sampling,
  Tool,
  ToolChoice,
  Usage,
} from './canonical.ts'
export type { Compatibility } from './compatibility.ts'
export type {
  AnswerContext,
  ChatDialect,
  EmbedDialect,
  EncodeContext,
  EncodedCall,
  Frame,
  JsonObject,
  StreamDecoder,
  StreamEncoder,
  TargetTraits,
  TextEdit,
  UpstreamDialect,
  UpstreamRefusal,
  WireError,
} from './dialect.ts'
export {
  decodeCount as decodeGeminiCount,
  encodeCountAnswer as encodeGeminiCount,
  gemini,
  geminiArrayFraming,
  geminiEmbeddings,
  geminiMeter,
} from './gemini/index.ts'
export { openaiChat, openaiChatMeter, type StreamMeter, withoutUsage } from './openai-chat/index.ts'
export { openaiCompletions } from './openai-completions/index.ts'
export { openaiEmbeddings } from './openai-embeddings/index.ts'
