import { describe, expect, test } from 'bun:test'
import {
  ConfigError,
  describeConfig,
  type Environment,
  loadConfig,
  readEnvironment,
  unknownVariables,
} from './config.ts'

function problemsOf(environment: Environment): readonly string[] {
  try {
    loadConfig(environment)
    return []
  } catch (error) {
    return error instanceof ConfigError ? error.problems : [String(error)]
  }
}

describe('defaults', () => {
  test('an empty environment is a working configuration', () => {
    const config = loadConfig({})
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 8080,
      publicUrl: 'http://localhost:8080',
      dataDir: './data',
      databaseUrl: 'sqlite:./data/gatehouse.db',
      role: 'all',
      maxBodyBytes: 33_554_432,
      drainMs: 30_000,
    })
    expect([config.redisUrl, config.masterKey]).toEqual([undefined, undefined])
  })

  test('the database follows the data directory, the public URL the port; an empty variable is unset', () => {
    const config = loadConfig({
      GATEHOUSE_DATA_DIR: '/var/lib/gth',
      GATEHOUSE_PORT: '9',
      REDIS_URL: '',
      GATEHOUSE_ROLE: ' ',
    })
    expect([config.databaseUrl, config.publicUrl, config.redisUrl, config.role]).toEqual([
      'sqlite:/var/lib/gth/gatehouse.db',
      'http://localhost:9',
      undefined,
      'all',
    ])
  })

  test('a vendor key in the environment offers its provider', () => {
    expect(loadConfig({ OPENAI_API_KEY: 'x', GROQ_API_KEY: '' }).offeredProviders).toEqual([
      { type: 'openai', variable: 'OPENAI_API_KEY' },
    ])
  })
})

describe('values', () => {
  const good: readonly (readonly [string, string])[] = [
    ['GATEHOUSE_PORT', '0'],
    ['GATEHOUSE_PUBLIC_URL', 'https://ai.example.com/'],
    ['DATABASE_URL', 'postgres://u:p@db/x'],
    ['DATABASE_URL', 'sqlite::memory:'],
    ['REDIS_URL', 'rediss://r:6380'],
    ['GATEHOUSE_MASTER_KEY', 'a'.repeat(64)],
    ['GATEHOUSE_MASTER_KEY', `${'A'.repeat(43)}=`],
    ['GATEHOUSE_BOOTSTRAP_KEY', `gth_${'a'.repeat(36)}`],
    ['GATEHOUSE_MAX_BODY_BYTES', '64KiB'],
    ['GATEHOUSE_DRAIN_SECONDS', '0.5'],
  ]
  for (const [name, value] of good)
    test(`${name}=${value} is taken`, () => expect(problemsOf({ [name]: value })).toEqual([]))

  const bad: readonly (readonly [string, string])[] = [
    ['GATEHOUSE_PORT', '80.5'],
    ['GATEHOUSE_PORT', '65536'],
    ['GATEHOUSE_PORT', '0x50'],
    ['GATEHOUSE_PUBLIC_URL', 'ai.example.com'],
    ['DATABASE_URL', 'mysql://x'],
    ['REDIS_URL', 'localhost:6379'],
    ['GATEHOUSE_MASTER_KEY', 'short'],
    ['GATEHOUSE_ADMIN_EMAIL', 'ann'],
    ['GATEHOUSE_BOOTSTRAP_KEY', 'sk-x'],
    ['GATEHOUSE_ROLE', 'All'],
    ['GATEHOUSE_MAX_BODY_BYTES', '32 MB'],
    ['GATEHOUSE_MAX_BODY_BYTES', '99 GiB'],
    ['GATEHOUSE_DRAIN_SECONDS', '30s'],
    ['GATEHOUSE_LOG_LEVEL', 'verbose'],
  ]
  for (const [name, value] of bad) {
    test(`${name}=${value} is refused by name`, () => {
      const problems = problemsOf({ [name]: value })
      expect([problems.length, problems[0]?.startsWith(`${name} must be `)]).toEqual([1, true])
    })
  }

  test('all mistakes are told at once, and no secret is repeated', () => {
    const problems = problemsOf({
      GATEHOUSE_PORT: 'tcp://10.0.0.1:8080',
      GATEHOUSE_MASTER_KEY: 'hunter2',
      GATEHOUSE_ROLE: 'x',
    })
    expect(problems.length).toBe(3)
    expect(problems.join()).not.toContain('hunter2')
    expect(problems.join()).toContain('enableServiceLinks')
  })
})

describe('doctor', () => {
  test('each value is shown with where it came from, and secrets are not', () => {
    const environment = {
      GATEHOUSE_PORT: '9',
      GATEHOUSE_MASTER_KEY: 'a'.repeat(64),
      DATABASE_URL: 'postgres://me:hunter2@db/x',
    }
    const lines = new Map(describeConfig(environment).map((line) => [line.name, line]))
    expect(lines.get('GATEHOUSE_PORT')).toMatchObject({ value: '9', from: 'environment' })
    expect(lines.get('GATEHOUSE_HOST')).toMatchObject({ value: '127.0.0.1', from: 'default' })
    expect(lines.get('REDIS_URL')).toMatchObject({ value: undefined, from: 'unset' })
    expect(lines.get('GATEHOUSE_MASTER_KEY')?.value).toBe('[secret]')
    expect(lines.get('DATABASE_URL')?.value).toBe('postgres://me:***@db/x')
  })

  test('a mistyped variable is noticed', () => {
    const environment = {
      GATEHOUSE_PROT: '1',
      GATEHOUSE_PORT: '1',
      GATEHOUSE_URL: 'x',
      GATEHOUSE_SERVICE_HOST: 'x',
      PATH: 'x',
    }
    expect(unknownVariables(environment)).toEqual(['GATEHOUSE_PROT'])
  })

  test('the environment is read as a frozen copy', () => {
    expect(Object.isFrozen(readEnvironment())).toBe(true)
  })
})
