import { openaiCompletions } from '../../models/dialects/index.ts'
import { type ChatSurface, chatOperation } from '../chat-operation.ts'
import { asOperation, type Surface } from './surface.ts'

const SURFACE: ChatSurface = {
  name: 'openai-completions',
  dialect: openaiCompletions,
  idPrefix: 'cmpl-',
  kind: 'model.complete',
}

/** OpenAI's legacy text completions. */
export const openaiCompletionsSurface: Surface = {
  name: 'openai-completions',
  prefixes: ['/v1/completions'],
  routes: [
    { method: 'POST', path: '/v1/completions', operation: (incoming) => asOperation(chatOperation(SURFACE, incoming)) },
  ],
  encodeError: openaiCompletions.encodeError,
}
