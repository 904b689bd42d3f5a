import type { Detector } from './detector.ts'
import { piiDetector } from './pii.ts'
import { promptInjectionDetector } from './prompt-injection.ts'
import { secretsDetector } from './secrets.ts'
import { wordsDetector } from './words.ts'

/** Every detector that a check may name. */
export const DETECTORS: readonly Detector[] = Object.freeze([
  promptInjectionDetector,
  secretsDetector,
  piiDetector,
  wordsDetector,
])
