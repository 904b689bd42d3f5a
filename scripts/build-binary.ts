import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'

const root = join(import.meta.dir, '..')
const outfile = join(root, 'dist', 'gatehouse')
const web = join(root, 'web', 'dist')
/** All files of the web app in one, by their addresses; `server/static.ts` finds it by this name. */
const pack = join(root, 'dist', 'web-app.pack')

function run(command: readonly string[], cwd: string): void {
  const env = { ...process.env, NODE_ENV: 'production' }
  const { exitCode } = Bun.spawnSync([...command], { cwd, env, stdio: ['ignore', 'inherit', 'inherit'] })
  if (exitCode !== 0) process.exit(exitCode)
}

run([join(root, 'node_modules', '.bin', 'vite'), 'build', '--logLevel', 'warn'], join(root, 'web'))
mkdirSync(join(root, 'dist'), { recursive: true })
const files = readdirSync(web, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name))
const packed = files.map((path) => [`/${relative(web, path)}`, readFileSync(path).toString('base64')])
writeFileSync(pack, JSON.stringify(Object.fromEntries(packed)))
const flags = [
  '--compile',
  '--minify-syntax',
  '--sourcemap=inline',
  '--asset-naming=[name].[ext]',
  `--outfile=${outfile}`,
]
run([process.execPath, 'build', ...flags, join(root, 'src', 'main.ts'), pack], root)
