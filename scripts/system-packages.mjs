// Plain Node, no packages. The servers that tests run against come from Debian, where the machine lets us install them.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** What the tests start themselves: the Debian package, and how to see that it is there already. */
const NEEDED = [
  { package: 'postgresql', for: 'the store tests on PostgreSQL', present: hasPostgres },
  { package: 'chromium', for: 'the tests in a browser', present: () => existsSync('/usr/bin/chromium') },
]

/** Installs what is missing, or says what will be skipped and why. Never asks a question, never fails the run. */
export function ensureSystemPackages(say) {
  const missing = NEEDED.filter((entry) => !entry.present())
  if (missing.length === 0) return
  const names = missing.map((entry) => entry.package)
  const lost = missing.map((entry) => entry.for).join(', ')
  if (process.getuid?.() !== 0 || !onPath('apt-get')) {
    say(`not installed: ${names.join(', ')} (needs root and apt-get); skipped are ${lost}`)
    return
  }
  say(`installing from Debian: ${names.join(', ')}`)
  if (!apt(['update', '-qq']) || !apt(['install', '-y', '-qq', '--no-install-recommends', ...names])) {
    say(`could not install ${names.join(', ')}; skipped are ${lost}`)
  }
}

function apt(rest) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const result = spawnSync('apt-get', rest, { encoding: 'utf8', env })
  if (result.status !== 0) process.stdout.write(`${result.stdout ?? ''}${result.stderr ?? ''}`)
  return result.status === 0
}

/** Where Debian keeps the server (out of PATH, under its version), and where the tests look for it. */
function hasPostgres() {
  const versions = '/usr/lib/postgresql'
  return existsSync(versions) && readdirSync(versions).some((at) => existsSync(join(versions, at, 'bin', 'initdb')))
}

function onPath(name) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, name)))
}
