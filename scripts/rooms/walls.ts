import { placeOf } from './plan.ts'
import { type Problem, problemAt, type Source } from './source.ts'

/** What a room offers to the tests of other rooms stands in its `testing.ts`: a second door, for tests alone. */
const TEST_DOOR = /\/testing\.ts$/

/** Imports go down the list of wings and rooms, and enter a room by its door. */
export function walls(source: Source): readonly Problem[] {
  const here = placeOf(source.path)
  if (!here) return webWall(source)
  if (here.wing === undefined) {
    return [{ path: source.path, line: 1, rule: 'plan', message: `${here.room} is no wing or room of the plan` }]
  }
  return source.imports.flatMap((entry) => {
    if (entry.path === undefined) return []
    const there = placeOf(entry.path)
    if (!there) return [problemAt(source, entry, { rule: 'wall', message: `src/ may not import ${entry.path}` })]
    const forTests = source.isTest || TEST_DOOR.test(source.path)
    if (TEST_DOOR.test(entry.path) && !forTests) {
      return [problemAt(source, entry, { rule: 'door', message: `${entry.path} is for tests alone` })]
    }
    if (there.room === here.room) return []
    if (there.rank >= here.rank) {
      const message = `${here.room} may not import ${there.room}: imports go down the list of wings and rooms`
      return [problemAt(source, entry, { rule: 'wall', message })]
    }
    if (there.open || entry.path === there.door || TEST_DOOR.test(entry.path)) return []
    return [
      problemAt(source, entry, {
        rule: 'door',
        message: `${there.room} is entered by its index.ts, not by ${entry.path}`,
      }),
    ]
  })
}

/** The web app shares nothing with the server but the contract. */
function webWall(source: Source): readonly Problem[] {
  if (!source.path.startsWith('web/')) return []
  return source.imports
    .filter((entry) => entry.path?.startsWith('src/') && !entry.path.startsWith('src/contract/'))
    .map((entry) =>
      problemAt(source, entry, { rule: 'wall', message: `web/ imports src/contract/ alone, not ${entry.path}` }),
    )
}
