import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const BINARY = join(import.meta.dir, '..', '..', 'bin', 'gatehouse')
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-cli-'))
const running: ChildProcess[] = []
afterAll(() => {
  for (const child of running) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

type Variables = Readonly<Record<string, string>>

function start(args: readonly string[], variables: Variables): ChildProcess {
  const environment = { PATH: process.env.PATH, HOME: folder, ...variables }
  const child = spawn(BINARY, args, { env: environment, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  running.push(child)
  return child
}

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Runs the command line to its end. */
function run(args: readonly string[], variables: Variables = {}): Promise<Ended> {
  const child = start(args, variables)
  let out = ''
  let err = ''
  child.stdout?.on('data', (chunk) => {
    out += String(chunk)
  })
  child.stderr?.on('data', (chunk) => {
    err += String(chunk)
  })
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })))
}

/** A file of documents in the folder of this test. */
function documents(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, `apiVersion: gatehouse/v1\n${text}`)
  return path
}

const TEAMS =
  'kind: Team\nmetadata: {name: operations}\n---\nkind: Team\nmetadata: {name: claims}\nspec: {parent: operations}\n'
const WRONG =
  'kind: Team\nmetadata: {name: claims}\nspec: {parent: operatons, sizee: 3}\n---\nkind: Team\nmetadata: {name: operations}\n'

describe('without a server', () => {
  test('help lists every command, and each says how it is used', async () => {
    const { code, out } = await run(['--help'])
    expect(code).toBe(0)
    for (const name of [
      'serve',
      'validate',
      'plan',
      'apply',
      'export',
      'rollback',
      'schema',
      'keys',
      'doctor',
      'migrate',
    ]) {
      expect(out).toContain(`  ${name} `)
    }
    expect((await run(['apply', '--help'])).out).toContain('--yes')
  })

  test('a misspelt command or option is refused with what was meant or how it is used', async () => {
    const command = await run(['aply'])
    expect([command.code, command.err]).toEqual([
      1,
      'gatehouse: there is no command aply. Did you mean apply? See gatehouse --help.\n',
    ])
    const option = await run(['plan', '.', '--prun'])
    expect([option.code, option.err.includes('--prun')]).toEqual([1, true])
    expect((await run(['validate'])).code).toBe(1)
  })

  test('validate gives 0 for what is valid and 1 with file:line:column for every problem', async () => {
    const good = await run([
      'validate',
      documents(
        'good.yaml',
        `${TEAMS}---\nkind: Model\nmetadata: {name: m}\nspec: {targets: [{provider: sandbox, model: sandbox}]}\n`,
      ),
    ])
    expect([good.code, good.out]).toEqual([0, '3 documents are valid\n'])
    const path = documents('wrong.yaml', WRONG)
    const { code, err } = await run(['validate', path])
    expect(code).toBe(1)
    expect(err).toContain(`${path}:4:27: unknown field sizee.`)
    expect((await run(['validate', join(folder, 'nowhere')])).code).toBe(1)
  })

  test('schema prints JSON, keys new a key and the document that knows its digest', async () => {
    const schema: unknown = JSON.parse((await run(['schema'])).out)
    expect(schema).toMatchObject({ title: 'A Gatehouse document' })
    const made = await run(['keys', 'new', '--for', 'app:bootstrap', '--name', 'mine', '--expires', '2099-01-01'])
    const [key, ...lines] = made.out.split('\n')
    expect(key).toMatch(/^gth_[0-9A-Za-z]{36}$/)
    expect(made.out.split(String(key)).length).toBe(2)
    const path = join(folder, 'key.yaml')
    writeFileSync(path, lines.join('\n'))
    expect((await run(['validate', path])).code).toBe(0)
  })

  test('doctor tells where each value comes from, hides secrets, and gives 1 when something is wrong', async () => {
    const well = await run(['doctor'], { GATEHOUSE_PORT: '9090', GATEHOUSE_ADMIN_PASSWORD: 'hunter22' })
    expect(well.code).toBe(0)
    expect(well.out).toMatch(/GATEHOUSE_PORT +9090 {2}\(environment\)/)
    expect(well.out).not.toContain('hunter2')
    const away = await run(['doctor'], { DATABASE_URL: 'postgres://nobody:hunter2@127.0.0.1:1/none' })
    expect(away.code).toBe(1)
    expect(away.err).toContain('the postgres database could not be opened')
    expect(away.err + away.out).not.toContain('hunter2')
    const wrong = await run(['doctor'], { GATEHOUSE_PORT: 'many', GATEHOUSE_PROT: '1' })
    expect([wrong.code, wrong.err.includes('GATEHOUSE_PORT must be')]).toEqual([1, true])
    expect(wrong.out).toContain('GATEHOUSE_PROT means nothing here')
  })

  test('it runs through a symbolic link from anywhere', async () => {
    const link = join(folder, 'gatehouse-link')
    symlinkSync(BINARY, link)
    const child = spawn(link, ['schema', 'Team'], { cwd: '/', stdio: 'ignore' })
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0)
  })
})

describe('with a server', () => {
  let server: ChildProcess
  let variables: Variables = {}

  beforeAll(async () => {
    mkdirSync(join(folder, 'data'))
    server = start(['serve'], {
      GATEHOUSE_PORT: '0',
      GATEHOUSE_DATA_DIR: join(folder, 'data'),
      GATEHOUSE_LOG_LEVEL: 'error',
    })
    let printed = ''
    variables = await new Promise((resolve, reject) => {
      server.on('close', () => reject(new Error(`the server ended: ${printed}`)))
      server.stderr?.on('data', (chunk) => {
        printed += String(chunk)
      })
      server.stdout?.on('data', (chunk) => {
        printed += String(chunk)
        const url = /listening on (http:[^)]+)\)/.exec(printed)?.[1]
        const token = /Virtual key +(gth_\w+)/.exec(printed)?.[1]
        if (url && token && printed.includes('curl')) resolve({ GATEHOUSE_URL: url, GATEHOUSE_TOKEN: token })
      })
    })
  }, 60_000)

  test('plan gives 2 while there is something to do, apply does it once, then both give 0', async () => {
    const path = documents('teams.yaml', TEAMS)
    const planned = await run(['plan', path], variables)
    expect(planned.out).toBe('+ Team/claims\n+ Team/operations\n2 to create, 0 to change, 0 to delete, 6 unchanged\n')
    expect(planned.code).toBe(2)
    expect((await run(['apply', path], variables)).code).toBe(2)
    const applied = await run(['apply', path, '--yes'], variables)
    expect([applied.code, applied.out.endsWith('revision 2\n')]).toEqual([0, true])
    expect((await run(['plan', path], variables)).code).toBe(0)
    expect((await run(['apply', path, '--yes'], variables)).out).toContain('nothing to do; revision 2 holds')
  }, 30_000)

  test('problems that the server finds stand at their places in the files', async () => {
    const path = documents('wrong.yaml', WRONG)
    const { code, err } = await run(['plan', path], variables)
    expect([code, err.includes(`${path}:4:27: unknown field sizee.`)]).toEqual([1, true])
  })

  test('export gives back what was applied, and rollback takes it away again', async () => {
    const exported = join(folder, 'exported.yaml')
    writeFileSync(exported, (await run(['export'], variables)).out)
    expect((await run(['plan', exported], variables)).code).toBe(0)
    const back = await run(['rollback', '1'], variables)
    expect([back.code, back.out.includes('- Team/claims')]).toEqual([0, true])
    expect((await run(['rollback', '99'], variables)).code).toBe(1)
  }, 30_000)

  test('explain tells the decision with its grants, its end code is the decision; who-can lists who may', async () => {
    const allowed = await run(['explain', '--on', 'model:sandbox', '--as', 'app:bootstrap'], variables)
    expect([allowed.code, allowed.out.split('\n')[0]]).toEqual([
      0,
      expect.stringContaining('ALLOWED: app:bootstrap use'),
    ])
    expect(allowed.out).toContain('+ bootstrap at system-app.yaml:')
    const denied = await run(['explain', '--on', 'model:sandbox', '--as', 'user:ann@example.com'], variables)
    expect([denied.code, denied.out.includes('What would have to change:')]).toEqual([2, true])
    expect((await run(['explain'], variables)).err).toContain('--on')
    const who = await run(['who-can', '--on', 'model:sandbox'], variables)
    expect(who.out).toContain('app:bootstrap\talways\tbootstrap')
  }, 30_000)

  test('a key is made, listed and revoked', async () => {
    const made = await run(['keys', 'new', '--for', 'app:bootstrap', '--name', 'second', '--create'], variables)
    expect(made.out).toMatch(/^gth_\w{36}\n$/)
    const token = { ...variables, GATEHOUSE_TOKEN: made.out.trim() }
    expect((await run(['keys', 'list'], token)).out).toContain('second\tapp:bootstrap\texpires never\tconsole')
    expect((await run(['keys', 'revoke', 'second'], variables)).code).toBe(0)
    expect((await run(['keys', 'list'], token)).code).toBe(1)
  }, 30_000)

  test('without a token or a server the reason is one sentence', async () => {
    expect((await run(['export'])).err).toBe('Set GATEHOUSE_TOKEN to a key that may administer the gateway.\n')
    const nobody = await run(['export'], { GATEHOUSE_URL: 'http://127.0.0.1:1', GATEHOUSE_TOKEN: 'x' })
    expect([nobody.code, nobody.err.trim().split('\n').length]).toEqual([1, 1])
  })

  test('SIGTERM through the launcher ends the server well', async () => {
    const ended = new Promise((resolve) => server.on('close', (code) => resolve(code)))
    server.kill('SIGTERM')
    expect(await ended).toBe(0)
  }, 30_000)
})
