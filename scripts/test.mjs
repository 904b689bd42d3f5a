// `npm test [-- [--only=<step>] [--no-install] [file filters]]`: every check and test, and one line of sums at the end.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bun, ensurePackages, root, say } from './install.mjs'
import { countsOf } from './junit.mjs'
import { ensureSystemPackages } from './system-packages.mjs'

const TEST_TIMEOUT_MS = 20_000
const KEPT_OUTPUT_BYTES = 256 * 1024 * 1024

const tool = (name) => join(root, 'node_modules', '.bin', name)

/** The checks, in order; each counts as one test. */
const CHECKS = [
  { name: 'lint', command: [tool('biome'), 'check', '--error-on-warnings'] },
  { name: 'types', command: [tool('tsc'), '-p', '.'] },
  { name: 'web-types', command: [tool('tsc'), '-p', 'web'] },
  { name: 'rooms', command: [bun, 'scripts/check-rooms.ts'] },
  { name: 'knip', command: [tool('knip'), '--no-progress'] },
  { name: 'docs', command: [bun, 'scripts/check-docs.ts'] },
]

const options = process.argv.slice(2)
const only = options.filter((option) => option.startsWith('--only=')).map((option) => option.slice('--only='.length))
const filters = options.filter((option) => !option.startsWith('--'))
const sums = { passed: 0, failed: 0, skipped: 0 }

main()

function main() {
  const known = [...CHECKS.map((check) => check.name), 'unit']
  const unknown = only.filter((name) => !known.includes(name))
  if (unknown.length > 0) {
    process.stderr.write(`no such step: ${unknown.join(', ')}; there are: ${known.join(', ')}\n`)
    process.exitCode = 2
    return
  }
  const wanted = (name) => (only.length > 0 ? only.includes(name) : filters.length === 0 || name === 'unit')
  try {
    prepare(wanted('unit'))
  } catch (cause) {
    process.stdout.write(`${cause instanceof Error ? cause.message : cause}\n0 passed, 1 failed, 0 skipped\n`)
    process.exitCode = 1
    return
  }
  for (const check of CHECKS) if (wanted(check.name)) runCheck(check)
  if (wanted('unit')) runTests()
  process.stdout.write(`${sums.passed} passed, ${sums.failed} failed, ${sums.skipped} skipped\n`)
  process.exitCode = sums.failed > 0 || sums.passed === 0 ? 1 : 0
}

function prepare(needsPeers) {
  if (options.includes('--no-install')) return
  ensurePackages()
  if (needsPeers) ensureSystemPackages(say)
}

/** Runs one check and shows all that it said when it fails. */
function runCheck({ name, command }) {
  const result = run(command)
  const ok = result.status === 0
  sums[ok ? 'passed' : 'failed'] += 1
  if (!ok) process.stdout.write(result.output)
  report(name, ok, result.seconds)
}

/** Runs every *.test.ts (or those named) and adds bun's own counts to the sums. */
function runTests() {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-test-'))
  const file = join(folder, 'junit.xml')
  const asked = [`--timeout=${TEST_TIMEOUT_MS}`, '--only-failures', '--reporter=junit', `--reporter-outfile=${file}`]
  const result = run([bun, 'test', ...asked, ...filters])
  const counts = countsOf(existsSync(file) ? readFileSync(file, 'utf8') : '', result.status)
  rmSync(folder, { recursive: true, force: true })
  for (const key of Object.keys(sums)) sums[key] += counts[key]
  if (counts.failed > 0) process.stdout.write(result.output)
  report(
    `unit (${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped)`,
    counts.failed === 0,
    result.seconds,
  )
}

function run([command, ...rest]) {
  const plain = process.stdout.isTTY ? {} : { NO_COLOR: '1', FORCE_COLOR: '0' }
  const startedAt = Date.now()
  const result = spawnSync(command, rest, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: KEPT_OUTPUT_BYTES,
    env: { ...process.env, ...plain },
  })
  const output = `${result.stdout ?? ''}${result.stderr ?? ''}${result.error ? `${result.error.message}\n` : ''}`
  return { status: result.status, output, seconds: (Date.now() - startedAt) / 1000 }
}

function report(name, ok, seconds) {
  process.stdout.write(`${ok ? 'ok  ' : 'FAIL'} ${name} ${seconds.toFixed(1)} s\n`)
}
