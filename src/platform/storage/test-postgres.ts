import { spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CompiledQuery, Kysely } from 'kysely'
import { systemClock } from '../../lib/clock.ts'
import { postgresDialect } from './postgres.ts'

/** A PostgreSQL server of the tests' own, reached over a socket in a temporary folder. */
export interface TestPostgres {
  /** Makes an empty database and gives its URL. */
  readonly freshDatabase: () => Promise<string>
}

const INSTALLED = '/usr/lib/postgresql'
const HOME_PREFIX = 'gatehouse-pg-home-'
const SWEEP_AFTER_MS = 60_000
const START_ATTEMPTS = 200
const START_PAUSE_MS = 25
/** Speed over durability: these databases are thrown away. */
const SETTINGS = [
  'fsync=off',
  'full_page_writes=off',
  'synchronous_commit=off',
  'listen_addresses=',
  'shared_buffers=16MB',
]

/** The folder of PostgreSQL's programs as Debian installs them (the newest version), or undefined when there is none. */
export function postgresPrograms(): string | undefined {
  if (!existsSync(INSTALLED)) return undefined
  const versions = readdirSync(INSTALLED).sort((a, b) => Number(b) - Number(a))
  const folders = versions.map((version) => join(INSTALLED, version, 'bin'))
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')))
}

/** Starts a server on a copy of a cached, initialised directory; it ends with this process, however that ends. */
export async function startTestPostgres(programs: string): Promise<TestPostgres> {
  sweep()
  const home = mkdtempSync(join(tmpdir(), HOME_PREFIX))
  const cluster = join(home, 'cluster')
  const account = serverAccount()
  cpSync(templateDirectory(programs, account), cluster, { recursive: true })
  giveTo(account, home)
  giveTo(account, cluster)
  const settings = [...SETTINGS, `unix_socket_directories=${home}`].flatMap((setting) => ['-c', setting])
  const [command, ...prefix] = asAccount(account, ['--pdeathsig', 'INT'])
  const server = spawn(command, [...prefix, join(programs, 'postgres'), '-D', cluster, ...settings], {
    stdio: 'ignore',
  })
  server.unref()
  const urlOf = (database: string) => `postgres://postgres@${encodeURIComponent(home)}/${database}`
  const admin = new Kysely<unknown>({ dialect: postgresDialect(urlOf('postgres')) })
  await answering(admin)
  let made = 0
  return {
    freshDatabase: async () => {
      const name = `test_${++made}`
      await admin.executeQuery(CompiledQuery.raw(`create database ${name}`))
      return urlOf(name)
    },
  }
}

/** Removes the folders of earlier runs: their servers ended with them, and nobody was left to tidy up. */
function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(HOME_PREFIX)) continue
    const home = join(tmpdir(), name)
    const age = systemClock.now() - (statSync(home, { throwIfNoEntry: false })?.mtimeMs ?? systemClock.now())
    const running = existsSync(join(home, 'cluster', 'postmaster.pid'))
    if (age > SWEEP_AFTER_MS && !running) rmSync(home, { recursive: true, force: true })
  }
}

interface Account {
  readonly user: number
  readonly group: number
}

/** PostgreSQL refuses to run as root; then the package's own user runs it. */
function serverAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined
  const id = (flag: string) => Number(spawnSync('id', [flag, 'postgres']).stdout.toString())
  return { user: id('-u'), group: id('-g') }
}

function asAccount(account: Account | undefined, options: readonly string[]): readonly [string, ...string[]] {
  const identity = account ? ['--reuid', String(account.user), '--regid', String(account.group), '--clear-groups'] : []
  return ['setpriv', ...identity, ...options]
}

function giveTo(account: Account | undefined, path: string): void {
  if (account) {
    chownSync(path, account.user, account.group)
    for (const entry of readdirSync(path, { recursive: true, withFileTypes: true })) {
      chownSync(join(entry.parentPath, entry.name), account.user, account.group)
    }
  }
  chmodSync(path, 0o700)
}

/** `initdb` takes seconds and a copy takes none: its result is kept in the temporary folder for every later run. */
function templateDirectory(programs: string, account: Account | undefined): string {
  const version = programs.split('/').at(-2) ?? 'any'
  const template = join(tmpdir(), `gatehouse-pg-template-${version}-${process.getuid?.() ?? 0}`)
  if (existsSync(template)) return template
  const making = mkdtempSync(join(tmpdir(), 'gatehouse-pg-making-'))
  mkdirSync(making, { recursive: true })
  giveTo(account, making)
  const [command, ...prefix] = asAccount(account, [])
  const options = [
    '-D',
    join(making, 'c'),
    '-U',
    'postgres',
    '--auth=trust',
    '--no-sync',
    '--encoding=UTF8',
    '--locale=C',
  ]
  const { status, stderr } = spawnSync(command, [...prefix, join(programs, 'initdb'), ...options])
  if (status !== 0) throw new Error(`initdb failed: ${stderr.toString()}`)
  try {
    renameSync(join(making, 'c'), template)
  } catch {
    // Another test process was faster; its directory is as good.
  }
  rmSync(making, { recursive: true, force: true })
  return template
}

async function answering(admin: Kysely<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await admin.executeQuery(CompiledQuery.raw('select 1'))
      return
    } catch (cause) {
      if (attempt >= START_ATTEMPTS) throw new Error('the PostgreSQL of the tests did not start', { cause })
      await systemClock.sleep(START_PAUSE_MS)
    }
  }
}
