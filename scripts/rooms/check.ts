import { circles } from './circles.ts'
import { documented } from './documented.ts'
import { doors } from './doors.ts'
import { names } from './names.ts'
import { owners } from './owners.ts'
import { size } from './size.ts'
import type { Problem, Source } from './source.ts'
import { state } from './state.ts'
import { types } from './types.ts'
import type { Waiver } from './waivers.ts'
import { walls } from './walls.ts'

/** The folders whose code is held to the rules. */
export const FOLDERS: readonly string[] = ['src', 'web/src', 'test', 'benchmarks', 'scripts', 'examples']

const RULES: readonly ((source: Source) => readonly Problem[])[] = [
  walls,
  doors,
  owners,
  state,
  size,
  names,
  types,
  documented,
]

/** All broken rules of a tree, in order of place; waived ones left out, waivers without use added. */
export function checkRooms(sources: readonly Source[], waivers: readonly Waiver[]): readonly Problem[] {
  if (!sources.some((source) => source.path.startsWith('src/'))) {
    return [{ path: 'src', line: 1, rule: 'nothing', message: 'no source file was read' }]
  }
  const broken = [...sources.flatMap((source) => RULES.flatMap((rule) => rule(source))), ...circles(sources)]
  const isWaived = (problem: Problem) => waivers.some((waiver) => waives(waiver, problem))
  const unused = waivers.filter((waiver) => !broken.some((problem) => waives(waiver, problem)))
  const stale = unused.map((waiver) => ({
    path: waiver.path,
    line: 1,
    rule: 'waiver',
    message: `the waiver of \`${waiver.rule}\` is no longer needed: take it out`,
  }))
  return [...broken.filter((problem) => !isWaived(problem)), ...stale].sort(byPlace)
}

function waives(waiver: Waiver, problem: Problem): boolean {
  return waiver.path === problem.path && waiver.rule === problem.rule
}

function byPlace(left: Problem, right: Problem): number {
  return left.path === right.path ? left.line - right.line : left.path < right.path ? -1 : 1
}
