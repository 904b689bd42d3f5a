import { execFileSync } from 'node:child_process'
import { cpus, freemem, loadavg, release, totalmem } from 'node:os'
import { join } from 'node:path'

/** Where and on what something was measured. */
export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGib: number
  readonly freeGib: number
  readonly kernel: string
  readonly runtime: string
  /** Processes waiting to run, over the last minute, before anything was started. */
  readonly loadBefore: number
  /** The commit; with `+` when files differ from it. */
  readonly commit: string
  readonly startedAt: string
}

const BYTES_PER_GIB = 1_073_741_824
const gib = (bytes: number) => Math.round((bytes / BYTES_PER_GIB) * 10) / 10

/** Describes this machine and this checkout. */
export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGib: gib(totalmem()),
    freeGib: gib(freemem()),
    kernel: release(),
    runtime: `Bun ${Bun.version}`,
    loadBefore: Math.round((loadavg()[0] ?? 0) * 100) / 100,
    commit: commit(),
    startedAt: new Date().toISOString(),
  }
}

function commit(): string {
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-C', join(import.meta.dir, '..'), ...args], { encoding: 'utf8', stdio: 'pipe' }).trim()
  try {
    return git('rev-parse', '--short=12', 'HEAD') + (git('status', '--porcelain', '--', 'src', 'bin') === '' ? '' : '+')
  } catch {
    return 'unknown'
  }
}
