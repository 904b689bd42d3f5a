import { byModel } from './by-model.ts'
import { defineDetector } from './detector.ts'

/** Instructions to the model that stand in what it only reads: tool results, documents, descriptions of tools. */
export const indirectInjectionDetector = defineDetector({
  name: 'indirect-injection',
  subject: 'what looks like an instruction to the model in a tool result or a document',
  options: {},
  phases: ['input', 'tool-result', 'ingest'],
  channels: ['tool-result', 'document', 'tool-schema'],
  compile: (_options, context) => byModel(context, { name: 'indirect', kind: 'INDIRECT_INJECTION' }),
})
