// `npm start` and `npm run dev`: install what is missing, build the web app when it is stale, serve.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { bun, ensurePackages, root, say } from './install.mjs'

const UPSTREAM_CONNECTIONS = '65535' // Bun's own default of 256 would queue every further upstream stream

const watch = process.argv.includes('--watch')
const passedOn = process.argv.slice(2).filter((argument) => argument !== '--watch')

try {
  ensurePackages()
  buildWeb()
  serve()
} catch (cause) {
  process.stderr.write(`gatehouse: ${cause instanceof Error ? cause.message : String(cause)}\n`)
  process.exitCode = 1
}

/** Builds `web/` when it exists and one of its sources is newer than its built page. */
function buildWeb() {
  const web = join(root, 'web')
  if (!existsSync(join(web, 'package.json'))) return
  const page = join(web, 'dist', 'index.html')
  const sources = ['src', 'index.html', 'package.json', 'vite.config.ts'].map((name) => join(web, name))
  if (existsSync(page) && Math.max(...sources.map(newest)) <= statSync(page).mtimeMs) return
  say('building the web app')
  const { status } = spawnSync('npm', ['run', 'build', '--workspace=web', '--silent', '--', '--logLevel', 'warn'], {
    cwd: root,
    stdio: 'inherit',
  })
  if (status !== 0) throw new Error('the web app did not build; see the output above')
}

/** The newest modification time (epoch milliseconds) of a file or of anything under a folder; 0 when absent. */
function newest(path) {
  if (!existsSync(path)) return 0
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.mtimeMs
  return readdirSync(path).reduce((latest, name) => Math.max(latest, newest(join(path, name))), 0)
}

/** Runs the gateway in the foreground; signals are handed on and its exit code becomes ours. */
function serve() {
  const [command, before] = watch
    ? [bun, ['--watch', '--no-clear-screen', 'src/main.ts']]
    : [join(root, 'bin', 'gatehouse'), []]
  const child = spawn(command, [...before, 'serve', ...passedOn], {
    cwd: root,
    stdio: 'inherit',
    env: { BUN_CONFIG_MAX_HTTP_REQUESTS: UPSTREAM_CONNECTIONS, ...process.env },
  })
  const handOn = (signal) => {
    // At a terminal Ctrl-C reaches the whole process group: a second one would cut the drain short.
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, handOn)
  child.on('error', (cause) => {
    process.stderr.write(`gatehouse: could not start: ${cause.message}\n`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => process.exit(signal ? 128 + (constants.signals[signal] ?? 0) : (code ?? 1)))
}
