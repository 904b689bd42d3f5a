import { byModel } from './by-model.ts'
import { defineDetector } from './detector.ts'

/** About the length of the windows that the model reads. */
const HELD_BACK = 160

/** Insults, threats, contempt for groups of people: in English and German, and in Chinese about groups. */
export const toxicityDetector = defineDetector({
  name: 'toxicity',
  subject: 'what looks like an insult, a threat or contempt for people',
  options: {},
  phases: ['input', 'output'],
  channels: ['user', 'assistant'],
  compile: (_options, context) => byModel(context, { name: 'toxicity', kind: 'TOXICITY', heldBack: HELD_BACK }),
})
