import { openaiEmbeddings } from '../../models/dialects/index.ts'
import { embedOperation } from '../embed-operation.ts'
import { asOperation, type Surface } from './surface.ts'

const SURFACE = { name: 'openai-embeddings', dialect: openaiEmbeddings }

/** OpenAI embeddings. */
export const openaiEmbeddingsSurface: Surface = {
  name: 'openai-embeddings',
  prefixes: ['/v1/embeddings'],
  routes: [
    { method: 'POST', path: '/v1/embeddings', operation: (incoming) => asOperation(embedOperation(SURFACE, incoming)) },
  ],
  encodeError: openaiEmbeddings.encodeError,
}
