export { cohereChat } from './cohere-chat.ts'
export { cohereEmbeddings } from './embeddings.ts'
