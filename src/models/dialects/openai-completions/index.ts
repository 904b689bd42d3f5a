export { openaiCompletions } from './dialect.ts'
