// Plain Node, no packages: this runs before anything is installed.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository's root. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/** The pinned runtime's executable. */
export const bun = join(root, 'node_modules', '.bin', 'bun')

/**
 * Installs npm packages when what stands in node_modules is not what the lock file says; otherwise does nothing and
 * asks the network nothing. Throws when npm fails.
 */
export function ensurePackages() {
  if (packagesAreCurrent()) return
  say('installing npm packages')
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  // Not `npm ci`: it refuses a lock file that lacks the builds of some tools for platforms other than the one it was
  // written on. Versions and digests are the lock file's all the same, and it is left as it is.
  const flags = ['--no-save', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']
  const { status } = spawnSync(npm, ['install', ...flags], { cwd: root, stdio: 'inherit' })
  if (status !== 0) throw new Error('npm install failed; see its output above')
  ensureRuntime()
}

/** Whether every package of the lock file is installed in the locked version (optional ones may be absent). */
export function packagesAreCurrent(at = root) {
  const wanted = readJson(join(at, 'package-lock.json'))?.packages
  const installed = readJson(join(at, 'node_modules', '.package-lock.json'))?.packages
  if (!wanted || !installed) return false
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '' || entry.link || entry.optional || entry.devOptional) return true
    return installed[path]?.version === entry.version && existsSync(join(at, path))
  })
}

/** Bun's package puts its executable in place with an install script; where npm was told to run none, run it here. */
function ensureRuntime() {
  if (spawnSync(bun, ['--version'], { cwd: root }).status === 0) return
  const script = join(root, 'node_modules', 'bun', 'install.js')
  spawnSync(process.execPath, [script], { cwd: dirname(script), stdio: 'inherit' })
  if (spawnSync(bun, ['--version'], { cwd: root }).status !== 0) throw new Error('the Bun runtime could not be set up')
}

/** Prints one progress line. */
export function say(text) {
  process.stdout.write(`gatehouse: ${text}\n`)
}

function readJson(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined
}
