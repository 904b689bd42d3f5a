import type { Detector } from './detector.ts'
import { harmDetector } from './harm.ts'
import { indirectInjectionDetector } from './indirect-injection.ts'
import { jailbreakDetector } from './jailbreak.ts'
import { piiDetector } from './pii.ts'
import { promptInjectionDetector } from './prompt-injection.ts'
import { secretsDetector } from './secrets.ts'
import { toxicityDetector } from './toxicity.ts'
import { wordsDetector } from './words.ts'

/** Every detector that a check may name. */
export const DETECTORS: readonly Detector[] = Object.freeze([
  harmDetector,
  indirectInjectionDetector,
  jailbreakDetector,
  piiDetector,
  promptInjectionDetector,
  secretsDetector,
  toxicityDetector,
  wordsDetector,
])
