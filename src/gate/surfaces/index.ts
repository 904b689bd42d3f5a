import { anthropicMessagesSurface } from './anthropic-messages.ts'
import { geminiSurface } from './gemini.ts'
import { modelsListSurface } from './models-list.ts'
import { openaiChatSurface } from './openai-chat.ts'
import { openaiCompletionsSurface } from './openai-completions.ts'
import { openaiEmbeddingsSurface } from './openai-embeddings.ts'
import { openaiResponsesSurface } from './openai-responses.ts'
import type { Surface } from './surface.ts'

/** Every client-facing protocol. To add one, write its file and name it here. */
export const SURFACES: readonly Surface[] = Object.freeze([
  openaiChatSurface,
  openaiCompletionsSurface,
  openaiEmbeddingsSurface,
  openaiResponsesSurface,
  modelsListSurface,
  anthropicMessagesSurface,
  geminiSurface,
])
