export { openaiEmbeddings } from './dialect.ts'
