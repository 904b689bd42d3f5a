import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dir, '..')
const outfile = join(root, 'dist', 'gatehouse')

mkdirSync(join(root, 'dist'), { recursive: true })
const flags = ['--compile', '--minify-syntax', '--sourcemap=inline', `--outfile=${outfile}`]
const built = Bun.spawnSync([process.execPath, 'build', ...flags, join(root, 'src', 'main.ts')], {
  stdio: ['ignore', 'inherit', 'inherit'],
})
process.exitCode = built.exitCode
