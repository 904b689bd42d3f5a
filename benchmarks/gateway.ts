import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateKey, keyDigest } from '../src/governance/identity/index.ts'
import { systemRandom } from '../src/lib/random.ts'
import { type BenchPolicy, benchPolicy } from './policy.ts'
import { freePort } from './ports.ts'
import { type Child, startCommand } from './processes.ts'
import { chatBody, type Subject, type Work } from './subject.ts'

const ROOT = join(import.meta.dir, '..')
const READY_WITHIN_MS = 20_000
const LOOK_EVERY_MS = 5

/** A place for gateways to live in: their policy, data and log, in a folder that is removed at the end. */
export interface GatewaySite {
  readonly directory: string
  readonly policy: BenchPolicy
  readonly keys: { readonly governed: string; readonly inspected: string }
  /** Starts `bin/gatehouse serve` and resolves with its first answer to a chat request. */
  readonly start: (options?: GatewayOptions) => Promise<Gateway>
  readonly remove: () => void
}

/** How a gateway is started. */
export interface GatewayOptions {
  /** Name of the data directory; the same name finds what an earlier gateway left. Default `data`. */
  readonly name?: string
  readonly env?: Readonly<Record<string, string>>
}

/** A running gateway. */
export interface Gateway {
  readonly origin: string
  readonly child: Child
  /** Milliseconds from the start of the process to its first answer, which came from the upstream. */
  readonly firstAnswerMs: number
  /** The gateway as it is asked with a key: all governance, and guardrails too when `inspected`. */
  readonly subject: (team: 'governed' | 'inspected') => Subject
  readonly stop: () => Promise<void>
}

/** Prepares policy and keys for an upstream. */
export function gatewaySite(upstream: string): GatewaySite {
  const directory = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'))
  const keys = { governed: generateKey(systemRandom), inspected: generateKey(systemRandom) }
  const digests = { governedSha256: keyDigest(keys.governed), inspectedSha256: keyDigest(keys.inspected) }
  const policy = benchPolicy(upstream, digests)
  const folder = join(directory, 'policy')
  mkdirSync(folder)
  for (const [name, text] of Object.entries(policy.files)) writeFileSync(join(folder, name), text)
  return {
    directory,
    policy,
    keys,
    start: (options = {}) => startGateway({ directory, keys }, options),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}

async function startGateway(site: Pick<GatewaySite, 'directory' | 'keys'>, options: GatewayOptions): Promise<Gateway> {
  const name = options.name ?? 'data'
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const output = join(site.directory, `${name}.log`)
  const { PATH = '', HOME = '' } = process.env
  const env = {
    PATH,
    HOME,
    GATEHOUSE_PORT: String(port),
    GATEHOUSE_DATA_DIR: join(site.directory, name),
    GATEHOUSE_POLICY: join(site.directory, 'policy'),
    BENCH_UPSTREAM_KEY: 'bench',
    ...options.env,
  }
  const startedAt = performance.now()
  const child = startCommand([join(ROOT, 'bin/gatehouse'), 'serve'], { env, output, cwd: ROOT })
  const subject = (team: 'governed' | 'inspected') => gatewaySubject(team, { origin, child, key: site.keys[team] })
  await firstAnswer(subject('governed'), child, output)
  return { origin, child, subject, firstAnswerMs: performance.now() - startedAt, stop: child.stop }
}

interface Asked {
  readonly origin: string
  readonly child: Child
  readonly key: string
}

function gatewaySubject(name: string, { origin, child, key }: Asked): Subject {
  const shot = ({ behaviour, translated }: Work) => ({
    origin,
    path: '/v1/chat/completions',
    headers: { authorization: `Bearer ${key}` },
    body: chatBody(translated ? `translated-${behaviour}` : behaviour, behaviour),
  })
  return { name, child, isPeer: false, shot }
}

/** Asks until a subject answers with 200. Throws the end of its log when it ends itself or takes too long. */
export async function firstAnswer(subject: Subject, child: Child, log: string): Promise<void> {
  const shot = subject.shot({ behaviour: 'whole', translated: false })
  if (!shot) return
  let said = ''
  for (const until = performance.now() + READY_WITHIN_MS; performance.now() < until && child.isRunning(); ) {
    try {
      const { origin, path, headers, body } = shot
      const answer = await fetch(origin + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body,
      })
      said = await answer.text()
      if (answer.ok) return
    } catch {
      // Nobody listens yet.
    }
    await Bun.sleep(LOOK_EVERY_MS)
  }
  await child.stop()
  throw new Error(
    `${subject.name} did not answer: ${said.slice(0, 500)}\n${log && readFileSync(log, 'utf8').slice(-2_000)}`,
  )
}
