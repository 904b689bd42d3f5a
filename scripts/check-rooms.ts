import { join } from 'node:path'
import { checkRooms, FOLDERS } from './rooms/check.ts'
import { readTree } from './rooms/source.ts'
import { WAIVERS } from './rooms/waivers.ts'

const root = join(import.meta.dir, '..')
const sources = readTree(root, FOLDERS)
const problems = checkRooms(sources, WAIVERS)
for (const { path, line, rule, message } of problems) console.log(`${path}:${line}: ${rule}: ${message}`)
console.log(`rooms: ${sources.length} files, ${problems.length} problems, ${WAIVERS.length} waivers`)
process.exitCode = problems.length > 0 ? 1 : 0
