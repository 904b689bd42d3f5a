import type { Gateway, GatewaySite } from './gateway.ts'
import type { Load } from './load.ts'
import type { Sizes } from './options.ts'
import type { Subject } from './subject.ts'
import type { Upstream } from './upstream.ts'

/** What every section measures with. */
export interface Bench {
  readonly sizes: Sizes
  readonly upstream: Upstream
  readonly load: Load
  readonly site: GatewaySite
  /** The gateway that is compared; sections that need a fresh one start their own at `site`. */
  readonly gateway: Gateway
  /** The upstream with nothing between. */
  readonly direct: Subject
  readonly bare: Subject
  readonly governed: Subject
  /** Absent when this build has no guardrails. */
  readonly inspected: Subject | undefined
  readonly peers: readonly Subject[]
  /** Milliseconds until no more should be begun. */
  readonly timeLeft: () => number
}

/** One line of the report. */
export interface Figure {
  readonly name: string
  readonly measured: string
  /** Empty for what is told for comparison. */
  readonly goal: string
  readonly verdict: 'ok' | 'missed' | ''
  /** The number behind `measured`, where there is one. */
  readonly value?: number
}

/** A part of the benchmarks that can be run alone. */
export interface Section {
  readonly name: string
  readonly title: string
  readonly run: (bench: Bench) => Promise<readonly Figure[]>
}

/** How numbers are written and held against a goal. */
export interface Measure {
  readonly unit: string
  readonly digits: number
}

const written = (value: number, { unit, digits }: Measure) =>
  `${value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })}${unit}`

/** A figure that should not be more than its goal. */
export function atMost(name: string, value: number, bound: Measure & { readonly goal: number }): Figure {
  return {
    name,
    measured: written(value, bound),
    goal: `≤ ${bound.goal.toLocaleString('en')}${bound.unit}`,
    verdict: value <= bound.goal ? 'ok' : 'missed',
    value,
  }
}

/** A figure that should not be less than its goal. */
export function atLeast(name: string, value: number, bound: Measure & { readonly goal: number }): Figure {
  return {
    name,
    measured: written(value, bound),
    goal: `≥ ${bound.goal.toLocaleString('en')}${bound.unit}`,
    verdict: value >= bound.goal ? 'ok' : 'missed',
    value,
  }
}

/** A figure without a goal. */
export function told(name: string, value: number, measure: Measure): Figure {
  return { name, measured: written(value, measure), goal: '', verdict: '', value }
}

/** Something that is so or not. */
export function holds(name: string, is: boolean, { measured, goal }: Pick<Figure, 'measured' | 'goal'>): Figure {
  return { name, measured, goal, verdict: is ? 'ok' : 'missed' }
}

/** What could not be measured, and why. */
export function unmeasured(name: string, why: string): Figure {
  return { name, measured: why, goal: '', verdict: '' }
}
