import { byModel } from './by-model.ts'
import { defineDetector } from './detector.ts'

/** Attempts of a user to override the instructions of a model, to draw them out of it, or to put others in their place. */
export const promptInjectionDetector = defineDetector({
  name: 'prompt-injection',
  subject: 'what looks like an attempt to override the instructions of the model',
  options: {},
  phases: ['input'],
  channels: ['user'],
  compile: (_options, context) => byModel(context, { name: 'injection', kind: 'PROMPT_INJECTION' }),
})
