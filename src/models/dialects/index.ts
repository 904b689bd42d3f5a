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
  ChatAnswer,
  ChatCall,
  Choice,
  DialectName,
  EmbedAnswer,
  EmbedCall,
  EmbedInput,
  MediaSource,
  Message,
  Path,
  ReasoningRequest,
  ResponseFormat,
  Tool,
  ToolChoice,
  Usage,
} from './canonical.ts'
export { cohereChat, cohereEmbeddings } from './cohere-chat/index.ts'
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
  UpstreamEmbedDialect,
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
export { fetchedMedia, type InlineMedia } from './media.ts'
export { openaiChat, openaiChatMeter, type StreamMeter, withoutUsage } from './openai-chat/index.ts'
export { openaiCompletions } from './openai-completions/index.ts'
export { openaiEmbeddings } from './openai-embeddings/index.ts'
export { openaiResponses, openaiResponsesMeter, replaysForeignProof } from './openai-responses/index.ts'
