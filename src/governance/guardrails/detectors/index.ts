import type { Detector } from './detector.ts'
import { harmDetector } from './harm.ts'
import { indirectInjectionDetector } from './indirect-injection.ts'
import { invisibleTextDetector } from './invisible-text.ts'
import { jailbreakDetector } from './jailbreak.ts'
import { piiDetector } from './pii.ts'
import { promptInjectionDetector } from './prompt-injection.ts'
import { regexDetector } from './regex.ts'
import { secretsDetector } from './secrets.ts'
import { sizeDetector } from './size.ts'
import { toxicityDetector } from './toxicity.ts'
import { urlDetector } from './url.ts'
import { wordsDetector } from './words.ts'

/** Every detector that a check may name. */
export const DETECTORS: readonly Detector[] = Object.freeze([
  harmDetector,
  indirectInjectionDetector,
  invisibleTextDetector,
  jailbreakDetector,
  piiDetector,
  promptInjectionDetector,
  regexDetector,
  secretsDetector,
  sizeDetector,
  toxicityDetector,
  urlDetector,
  wordsDetector,
])
