import { byModel } from './by-model.ts'
import { defineDetector } from './detector.ts'

/** Attempts to talk a model out of its limits: personas without rules, modes that do not exist, games with penalties. */
export const jailbreakDetector = defineDetector({
  name: 'jailbreak',
  subject: 'what looks like an attempt to talk the model out of its limits',
  options: {},
  phases: ['input'],
  channels: ['user'],
  compile: (_options, context) => byModel(context, { name: 'jailbreak', kind: 'JAILBREAK' }),
})
