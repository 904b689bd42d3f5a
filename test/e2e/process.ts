import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Environment } from '../../src/platform/config/index.ts'
import { until } from './until.ts'

/** A gateway in a process of its own. */
export interface GatewayProcess {
  readonly child: ChildProcess
  readonly url: string
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>
  readonly errors: () => string
}

const START_WITHIN_MS = 30_000
const BIN = join(import.meta.dir, '..', '..', 'bin', 'gatehouse')

/** Runs `bin/gatehouse serve` without waiting for it. */
export function spawnGateway(environment: Environment) {
  const child = spawn(BIN, ['serve'], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let errors = ''
  child.stdout.on('data', (text) => {
    out += text
  })
  child.stderr.on('data', (text) => {
    errors += text
  })
  const ended = new Promise<number | string>((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 'unknown'))
  })
  return { child, ended, out: () => out, errors: () => errors }
}

/** Runs `bin/gatehouse serve` and waits until it listens. */
export async function runGateway(environment: Environment): Promise<GatewayProcess> {
  const { child, ended, out, errors } = spawnGateway(environment)
  const listening = () => {
    if (child.exitCode !== null) throw new Error(`it ended: ${errors()}`)
    return /listening on (http:\/\/[\d.:]+)/.exec(out())?.[1]
  }
  const url = await until('the gateway to listen', listening, START_WITHIN_MS)
  return { child, url, ended, errors }
}
