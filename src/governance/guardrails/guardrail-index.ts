import type { LruCache } from '../../lib/lru.ts'
import type { PatternIndex } from '../access/index.ts'
import type { CompiledDetector } from './detectors/detector.ts'
import type { Finding } from './engine/rule.ts'
import type { Scanner } from './engine/scan.ts'
import type { GuardrailAction } from './guardrail.kind.ts'
import type { Channel, Phase } from './inspection.ts'

/** One check of one guardrail, made ready. */
export interface Check {
  readonly guardrail: string
  readonly mandatory: boolean
  readonly mode: 'enforce' | 'monitor'
  readonly detector: string
  /** The number of its {@link CompiledDetector}; checks with the same options share one. */
  readonly unit: number
  readonly action: GuardrailAction
  readonly threshold: number
  /** Another threshold for some kinds of findings. */
  readonly thresholds: Readonly<Record<string, number>> | undefined
  /** What it masks in a call comes back in the answer. */
  readonly reversible: boolean
  readonly onFailure: 'open' | 'closed'
  readonly timeoutMs: number
  readonly phases: ReadonlySet<Phase>
  readonly channels: ReadonlySet<Channel>
  /** What the client reads when it blocks. */
  readonly message: string
}

/** What the units found in one text, in its own offsets; undefined for units that were not asked. */
export type Remembered = readonly (readonly Finding[] | undefined)[]

/** All guardrails of a snapshot. Nothing in it changes but its memories, which are bounded. */
export interface GuardrailIndex {
  /** Guardrails that are not off. */
  readonly size: number
  /** The checks of every guardrail, by its number. */
  readonly guardrails: readonly (readonly Check[])[]
  /** Scopes → numbers of guardrails. */
  readonly byScope: PatternIndex
  readonly units: readonly CompiledDetector[]
  readonly scanner: Scanner
  readonly monotonic: () => number
  readonly guards: LruCache<string, Guards>
  readonly verdicts: LruCache<string, Remembered>
}

/** A check as it applies to one operation. */
export interface BoundCheck extends Check {
  /** How near to who asks and what is used its guardrail is bound: the place of its scope, from the outside in. */
  readonly rank: number
}

/** The checks that look at one kind of text. */
export interface Plan {
  readonly checks: readonly BoundCheck[]
  /** The units that they need, by number. */
  readonly active: Uint8Array
  /** Equal plans, equal findings. */
  readonly key: string
  /** The longest time that one of them may take. */
  readonly budgetMs: number
}

/** The guardrails of one operation. */
export interface Guards {
  /** Whether anything looks at calls. */
  readonly inspectsCalls: boolean
  /** Whether anything masks so that it comes back. */
  readonly reverses: boolean
  /** Whether anything looks at answers. */
  readonly inspectsAnswers: boolean
  readonly index: GuardrailIndex
  readonly checks: readonly BoundCheck[]
  /** Plans made so far, by phase and channel: at most one for each pair. */
  readonly plans: Map<string, Plan>
}
