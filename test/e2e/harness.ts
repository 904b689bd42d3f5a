import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OperationAnswer } from '../../src/contract/operations.ts'
import { generateKey, keyDigest } from '../../src/governance/identity/index.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { systemRandom } from '../../src/lib/random.ts'
import { type Environment, loadConfig } from '../../src/platform/config/index.ts'
import { createLogger } from '../../src/platform/telemetry/index.ts'
import { startServer } from '../../src/server/index.ts'
import { until } from './until.ts'
import { UPSTREAM_SECRET } from './wires/wire.ts'

/** A virtual key and the document by which a policy knows it. */
export interface MintedKey {
  readonly key: string
  /** App and Key documents as YAML, without a grant. */
  readonly documents: string
}

/** Makes a key for an app of its own. `more` is added to the Key's spec (`expires: …`, `narrowTo: […]`). */
export function mintKey(app: string, more = ''): MintedKey {
  const key = generateKey(systemRandom)
  const spec = `{for: 'app:${app}', sha256: ${keyDigest(key)}${more && `, ${more}`}}`
  return {
    key,
    documents: `kind: App
metadata: {name: ${app}}
spec: {}
---
kind: Key
metadata: {name: ${app}-key}
spec: ${spec}`,
  }
}

/** What a test sees of a record. */
export type Recorded = OperationAnswer & {
  readonly attempts: readonly { readonly provider: string; readonly error?: string; readonly status?: number }[]
  readonly error?: { readonly code: string; readonly message: string; readonly detail?: string }
  readonly warnings: readonly string[]
  readonly revision: string
}

/** A gateway that runs in this process. */
export interface Gateway {
  readonly url: string
  /** Of the app `tester`, which may use every model. */
  readonly key: string
  /** Of the app `bootstrap`, which may administer. */
  readonly adminKey: string
  /** The policy directory. */
  readonly policy: string
  readonly dataDir: string
  /** Calls as the tester, JSON in. */
  readonly post: (path: string, body: unknown, options?: PostOptions) => Promise<Response>
  /** Calls the control plane as the administrator. */
  readonly control: (method: string, path: string, body?: unknown) => Promise<Response>
  /** Every record, newest first. */
  readonly records: (query?: string) => Promise<readonly Recorded[]>
  /** The one record of a request; waits for it, and fails if there are two. */
  readonly record: (requestId: string | null) => Promise<Recorded>
  readonly stop: () => Promise<void>
}

/** What {@link Gateway.post} may be told. */
export interface PostOptions {
  readonly key?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

/** What a gateway starts with. */
export interface GatewayOptions {
  /** Documents as YAML, besides those of the tester. */
  readonly documents: string
  readonly environment?: Environment
}

/** Joins documents into one YAML file. */
export function documentsOf(...documents: readonly string[]): string {
  return `apiVersion: gatehouse/v1\n${documents.join('\n---\n')}\n`
}

const TESTER_GRANT = `kind: Grant
metadata: {name: tester-may}
spec: {to: ['app:tester'], effect: allow, actions: [use], on: ['model:*']}`

/** Writes what a gateway of tests starts from, and gives its environment. */
export async function prepare({ documents, environment = {} }: GatewayOptions) {
  const root = await mkdtemp(join(tmpdir(), 'gatehouse-e2e-'))
  const policy = join(root, 'policy')
  const dataDir = join(root, 'data')
  await mkdir(policy)
  const tester = mintKey('tester')
  await writeFile(join(policy, 'policy.yaml'), documentsOf(tester.documents, TESTER_GRANT, documents))
  const adminKey = generateKey(systemRandom)
  const given: Environment = {
    GATEHOUSE_PORT: '0',
    GATEHOUSE_DATA_DIR: dataDir,
    GATEHOUSE_POLICY: policy,
    GATEHOUSE_BOOTSTRAP_KEY: adminKey,
    GATEHOUSE_LOG_LEVEL: 'silent',
    GATEHOUSE_DRAIN_SECONDS: '5',
    UPSTREAM_SECRET,
    ...environment,
  }
  return { root, policy, dataDir, environment: given, key: tester.key, adminKey }
}

/** Starts a gateway in this process, with its data in a directory of its own. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const ready = await prepare(options)
  const { environment, key, adminKey, policy, dataDir, root } = ready
  const log = createLogger({ level: 'silent', format: 'json', clock: systemClock })
  const server = await startServer({ config: loadConfig(environment), environment, log })
  const client = clientOf(server.url, { key, adminKey })
  const stop = async () => {
    await server.stop()
    await rm(root, { recursive: true, force: true })
  }
  return { ...client, url: server.url, key, adminKey, policy, dataDir, stop }
}

/** The ways in which tests speak to a gateway, wherever it runs. */
export function clientOf(
  url: string,
  { key, adminKey }: { readonly key: string; readonly adminKey: string },
): Pick<Gateway, 'post' | 'control' | 'records' | 'record'> {
  const json = { 'content-type': 'application/json' }
  const control: Gateway['control'] = (method, path, body) =>
    fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${adminKey}`, ...json },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  const records: Gateway['records'] = async (query = 'limit=500') => {
    const response = await control('GET', `/api/v1/operations?${query}`)
    if (response.status !== 200) throw new Error(`the ledger answered ${response.status}: ${await response.text()}`)
    const page = (await response.json()) as { readonly items: readonly Recorded[] }
    return page.items
  }
  return {
    control,
    records,
    record: async (requestId) => {
      if (requestId === null) throw new Error('the answer had no x-request-id')
      const found = await until(`a record of ${requestId}`, async () => {
        const page = await records(`requestId=${requestId}`)
        return page.length > 0 && page
      })
      if (found.length > 1) throw new Error(`${found.length} records of ${requestId}`)
      const [only] = found
      if (!only) throw new Error('no record')
      return only
    },
    post: (path, body, options = {}) =>
      fetch(url + path, {
        method: 'POST',
        headers: { authorization: `Bearer ${options.key ?? key}`, ...json, ...options.headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
        ...(options.signal ? { signal: options.signal } : {}),
      }),
  }
}
