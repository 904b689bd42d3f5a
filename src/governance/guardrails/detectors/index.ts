import type { Detector } from './detector.ts'
import { secretsDetector } from './secrets.ts'
import { wordsDetector } from './words.ts'

/** Every detector that a check may name. */
export const DETECTORS: readonly Detector[] = Object.freeze([secretsDetector, wordsDetector])
