import { systemClock } from '../../lib/clock.ts'
import { canonicalJson } from '../../lib/crypto.ts'
import { lruCache } from '../../lib/lru.ts'
import type { Document, DocumentSet } from '../../platform/documents/index.ts'
import { compileGroups, expandGroups, patternIndex } from '../access/index.ts'
import type { CompiledDetector, Detector } from './detectors/detector.ts'
import { buildScanner } from './engine/scan.ts'
import {
  COMMON_FIELDS,
  detectorNamed,
  type GuardrailCheck,
  type GuardrailSpec,
  guardrailKind,
} from './guardrail.kind.ts'
import type { Check, GuardrailIndex, Guards, Remembered } from './guardrail-index.ts'
import { type SmallModels, smallModels } from './models/small-models.ts'

/** How guardrails are compiled. */
export interface GuardrailOptions {
  /** Milliseconds; only differences count. */
  readonly monotonic?: () => number
  /** Detectors besides those there are, by name: for tests and rehearsals. */
  readonly detectors?: ReadonlyMap<string, Detector>
  /** Trained models, read once for all snapshots; read anew when absent. */
  readonly models?: SmallModels
}

const MOST_CALLERS = 4_096
const MOST_TEXTS = 8_192

/** Compiles the Guardrail documents of a set: one keyword automaton over all their rules. */
export function compileGuardrails(documents: DocumentSet, options: GuardrailOptions = {}): GuardrailIndex {
  const active = documents.all(guardrailKind).filter(({ spec }) => spec.mode !== 'off')
  const units: CompiledDetector[] = []
  const models = options.models ?? smallModels()
  const numbers = new Map<string, number>()
  const unitOf = (detector: Detector, check: GuardrailCheck): number => {
    const own = Object.entries(check).filter(([field]) => !COMMON_FIELDS.has(field))
    const key = canonicalJson([detector.name, Object.fromEntries(own)])
    const known = numbers.get(key)
    if (known !== undefined) return known
    const number = units.push(detector.compile(check, { documents, models })) - 1
    numbers.set(key, number)
    return number
  }
  const guardrails = active.map((document) =>
    document.spec.checks.map((check): Check => {
      const detector = options.detectors?.get(check.detector) ?? detectorNamed(check.detector)
      if (!detector) throw new TypeError(`there is no detector named ${check.detector}`)
      return readyCheck(document, check, { detector, unit: unitOf(detector, check) })
    }),
  )
  const groups = compileGroups(documents)
  return Object.freeze({
    size: active.length,
    guardrails,
    byScope: patternIndex(active.map(({ spec }) => expandGroups(spec.appliesTo, groups))),
    units,
    scanner: buildScanner(units),
    monotonic: options.monotonic ?? systemClock.monotonic,
    guards: lruCache<string, Guards>(MOST_CALLERS),
    verdicts: lruCache<string, Remembered>(MOST_TEXTS),
  })
}

interface Found {
  readonly detector: Detector
  readonly unit: number
}

function readyCheck(document: Document<GuardrailSpec>, check: GuardrailCheck, { detector, unit }: Found): Check {
  const { name, spec } = document
  const sentence = `The guardrail ${name} stopped this: it contains ${detector.subject}.`
  return Object.freeze({
    guardrail: name,
    mandatory: spec.mandatory,
    mode: spec.mode === 'monitor' ? 'monitor' : 'enforce',
    detector: detector.name,
    unit,
    action: check.action,
    threshold: check.threshold,
    thresholds: check.thresholds,
    reversible: check.reversible && check.action === 'mask',
    onFailure: check.onFailure,
    timeoutMs: check.timeout,
    phases: new Set(check.phases ?? spec.phases ?? detector.phases),
    channels: new Set(detector.channels),
    message: check.message ?? spec.message ?? sentence,
  })
}
