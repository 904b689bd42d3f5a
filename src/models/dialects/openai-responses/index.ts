export { replaysForeignProof } from './carried.ts'
export { openaiResponses } from './dialect.ts'
export { openaiResponsesMeter } from './meter.ts'
