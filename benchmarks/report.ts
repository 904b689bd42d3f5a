import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Figure } from './bench.ts'
import type { Machine } from './machine.ts'

/** What a section came to. */
export interface SectionResult {
  readonly name: string
  readonly title: string
  readonly seconds: number
  readonly figures: readonly Figure[]
}

/** Everything that a run came to. */
export interface BenchReport {
  readonly machine: Machine
  readonly sizes: object
  /** Remarks on what was, or was not, part of the run. */
  readonly notes: readonly string[]
  readonly sections: readonly SectionResult[]
}

const NAME_WIDTH = 74
const VALUE_WIDTH = 22
const GOAL_WIDTH = 12

/** The lines of a section's table. */
export function tableOf({ title, seconds, figures }: SectionResult): readonly string[] {
  const rows = figures.map(({ name, measured, goal, verdict }) =>
    [name.padEnd(NAME_WIDTH), measured.padStart(VALUE_WIDTH), goal.padStart(GOAL_WIDTH), verdict].join('  ').trimEnd(),
  )
  return ['', `${title}  (${seconds.toFixed(0)} s)`, ...rows.map((row) => `  ${row}`)]
}

/** The lines that say where and on what was measured. */
export function headOf({ machine, notes }: Pick<BenchReport, 'machine' | 'notes'>): readonly string[] {
  const { cpu, cores, memoryGib, kernel, runtime, commit, loadBefore, startedAt } = machine
  return [
    `Gatehouse ${commit}, ${runtime}, ${startedAt}`,
    `${cores} × ${cpu}, ${memoryGib} GiB, Linux ${kernel}, load before ${loadBefore}`,
    ...notes,
  ]
}

/** The last line: how many goals were reached. */
export function sumOf(sections: readonly SectionResult[]): string {
  const verdicts = sections.flatMap(({ figures }) => figures.map(({ verdict }) => verdict))
  const count = (wanted: string) => verdicts.filter((verdict) => verdict === wanted).length
  return `${count('ok')} goals reached, ${count('missed')} missed`
}

/** Writes a report as JSON under `benchmarks/results/` and gives the path. */
export function writeReport(report: BenchReport): string {
  const folder = join(import.meta.dir, 'results')
  mkdirSync(folder, { recursive: true })
  const path = join(folder, `${report.machine.startedAt.replace(/[:.]/g, '-')}.json`)
  writeFileSync(path, `${JSON.stringify(report, null, 2)}\n`)
  return path
}
