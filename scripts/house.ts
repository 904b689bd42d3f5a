import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { stepsOfCode, stepsOfPage } from './docs/story.ts'
import { checkRooms, FOLDERS } from './rooms/check.ts'
import { exportedThings } from './rooms/documented.ts'
import { functionSizes } from './rooms/size.ts'
import { readTree, type Source } from './rooms/source.ts'

/** One measure of the house beside its goal. */
interface Measure {
  readonly name: string
  readonly value: string
  readonly goal: string
  readonly reached: boolean
}

const root = join(import.meta.dir, '..')
const GATE = 'src/gate/gate.ts'
const STORY = 'docs/explanation/life-of-a-request.md'

function main(): void {
  const sources = readTree(root, FOLDERS)
  const measures = [...sizes(sources), ...rules(sources), ...story(sources)]
  const width = Math.max(...measures.map((measure) => measure.name.length))
  for (const { name, value, goal, reached } of measures) {
    console.log(`${name.padEnd(width)}  ${value.padStart(12)}  ${reached ? 'reached' : 'MISSED '}  ${goal}`)
  }
}

/** Sizes of the product's code; tests are not counted. */
function sizes(sources: readonly Source[]): readonly Measure[] {
  const product = sources.filter((source) => /^(src|web)\//.test(source.path) && !source.isTest)
  const files = product.map((source) => source.lines)
  const functions = product.flatMap((source) => functionSizes(source).map((entry) => entry.lines))
  const things = product.flatMap(exportedThings)
  const documented = things.filter((thing) => thing.documented).length
  const share = things.length === 0 ? 0 : (100 * documented) / things.length
  const median = quantile(files, 0.5)
  const p90 = quantile(files, 0.9)
  const p95 = quantile(functions, 0.95)
  const longest = Math.max(0, ...functions)
  return [
    { name: 'files of src and web', value: String(files.length), goal: 'read at least one', reached: files.length > 0 },
    { name: 'lines a file, median', value: String(median), goal: '60–130', reached: median >= 60 && median <= 130 },
    { name: 'lines a file, p90', value: String(p90), goal: '≤ 300', reached: p90 <= 300 },
    { name: 'lines a function, p95', value: String(p95), goal: '≤ 40', reached: p95 <= 40 },
    { name: 'lines a function, longest', value: String(longest), goal: '≤ 70', reached: longest <= 70 },
    {
      name: 'exported things documented',
      value: `${share.toFixed(1)} %`,
      goal: '100 %',
      reached: documented === things.length,
    },
  ]
}

/** Broken rules, waived ones included. */
function rules(sources: readonly Source[]): readonly Measure[] {
  const problems = checkRooms(sources, [])
  const none = (name: string, of: readonly string[]): Measure => {
    const count = problems.filter((problem) => of.includes(problem.rule)).length
    return { name, value: String(count), goal: '0', reached: count === 0 }
  }
  return [
    none('circles', ['circle']),
    none('broken walls', ['wall', 'door', 'plan']),
    none('things used by who does not own them', ['owner']),
    none('state at module level', ['state']),
    none('any', ['any']),
    none('@ts- comments', ['ts']),
    none('non-null !', ['non-null']),
    none('default exports', ['default-export']),
  ]
}

function story(sources: readonly Source[]): readonly Measure[] {
  const gate = sources.find((source) => source.path === GATE)
  if (!gate || !existsSync(join(root, STORY)))
    return [{ name: 'the story', value: 'absent', goal: 'told twice', reached: false }]
  const told = stepsOfPage(readFileSync(join(root, STORY), 'utf8'))
  const walked = stepsOfCode(GATE, gate.text)
  const same = told.length > 0 && told.join() === walked.join()
  return [
    { name: `lines of ${GATE}`, value: String(gate.lines), goal: '≤ 150', reached: gate.lines <= 150 },
    { name: 'steps in the order of the docs page', value: same ? 'same' : 'different', goal: 'same', reached: same },
  ]
}

/** The smallest value that at least this share of all values does not exceed; 0 of none. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
}

main()
