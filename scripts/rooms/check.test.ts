import { describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkRooms, FOLDERS } from './check.ts'
import { parseSource, readTree } from './source.ts'
import type { Waiver } from './waivers.ts'

/** Checks a small tree and gives `file:line: rule` for every problem. */
function check(files: Readonly<Record<string, string>>, waivers: readonly Waiver[] = []): readonly string[] {
  const sources = Object.entries(files).map(([path, text]) => parseSource(path, text))
  return checkRooms(sources, waivers).map((problem) => `${problem.path}:${problem.line}: ${problem.rule}`)
}

const doc = '/** What it is. */\n'

describe('walls', () => {
  test('an import up the list of wings is refused', () => {
    const files = { 'src/lib/a.ts': "import { open } from '../gate/index.ts'\nopen()\n" }
    expect(check(files)).toEqual(['src/lib/a.ts:1: wall'])
  })

  test('an import up the list of rooms is refused, also of a type, also inside a type', () => {
    const files = {
      'src/models/catalog/a.ts':
        "import type { D } from '../dialects/index.ts'\nconst a: D | undefined = undefined\na\n",
      'src/models/catalog/b.ts':
        "type D = import('../routing/index.ts').Route\nconst b: D | undefined = undefined\nb\n",
    }
    expect(check(files)).toEqual(['src/models/catalog/a.ts:1: wall', 'src/models/catalog/b.ts:1: wall'])
  })

  test('a lazy import up the list is refused', () => {
    expect(check({ 'src/policy/a.ts': "await import('../control/index.ts')\n" })).toEqual(['src/policy/a.ts:1: wall'])
  })

  test('an import down through the door, and within the room past it, is fine', () => {
    const files = {
      'src/models/dialects/index.ts': "export { chat } from './chat.ts'\n",
      'src/models/dialects/chat.ts': `${doc}export const chat = 1\n`,
      'src/models/providers/a.ts':
        "import { chat } from '../dialects/index.ts'\nimport { b } from './b.ts'\nchat + b\n",
      'src/models/providers/b.ts': `${doc}export const b = 1\n`,
      'src/gate/surfaces/x.ts': "import { pass } from '../gate.ts'\npass()\n",
    }
    expect(check(files)).toEqual([])
  })

  test('a room entered past its door is refused; lib and contract have open files', () => {
    const files = {
      'src/gate/a.ts':
        "import { chat } from '../models/dialects/chat.ts'\nimport { b } from '../lib/b.ts'\nimport { c } from '../contract/c.ts'\nchat + b + c\n",
    }
    expect(check(files)).toEqual(['src/gate/a.ts:1: door'])
  })

  test("a room's testing.ts is open to tests of other rooms and to nobody else", () => {
    const text = "import { engines } from '../../platform/storage/testing.ts'\nengines\n"
    const files = { 'src/governance/usage/a.test.ts': text, 'src/governance/usage/a.ts': text }
    expect(check(files)).toEqual(['src/governance/usage/a.ts:1: door'])
  })

  test('the web app may import the contract alone', () => {
    const files = {
      'src/lib/a.ts': '',
      'web/src/a.ts':
        "import { key } from '../../src/contract/keys.ts'\nimport { now } from '../../src/lib/clock.ts'\nkey + now\n",
    }
    expect(check(files)).toEqual(['web/src/a.ts:2: wall'])
  })

  test('a wing or room outside the plan, and an import out of src, are refused', () => {
    const files = {
      'src/extras/a.ts': '',
      'src/models/extras/a.ts': '',
      'src/lib/a.ts': "import { b } from '../../scripts/b.ts'\nb\n",
    }
    expect(check(files)).toEqual(['src/extras/a.ts:1: plan', 'src/lib/a.ts:1: wall', 'src/models/extras/a.ts:1: plan'])
  })
})

describe('circles', () => {
  test('a circle of three files is found once, at its first file', () => {
    const files = {
      'src/lib/a.ts': "import type { B } from './b.ts'\n",
      'src/lib/b.ts': "\nimport { c } from './c.ts'\nc\n",
      'src/lib/c.ts': "export { a } from './a.ts'\n",
      'src/lib/d.ts': "import { a } from './a.ts'\na\n",
    }
    expect(check(files)).toEqual(['src/lib/a.ts:1: circle'])
  })
})

describe('doors', () => {
  test('code, `export *`, bare imports and local exports in a door are refused', () => {
    const text = "export * from './a.ts'\nimport './a.ts'\nexport { b } from './b.ts'\nconst c = 1\nexport { c }\n"
    const found = ['1', '2', '4', '5'].map((line) => `src/gate/index.ts:${line}: door`)
    expect(check({ 'src/gate/index.ts': text })).toEqual(found)
  })

  test('a door of more than 60 lines is refused', () => {
    const lines = Array.from({ length: 61 }, (_, index) => `export { a${index} } from './a.ts'`)
    expect(check({ 'src/gate/index.ts': `${lines.join('\n')}\n` })).toEqual(['src/gate/index.ts:61: door'])
  })
})

describe('owners', () => {
  const foreign: Readonly<Record<string, string>> = {
    SQL: "import { Kysely } from 'kysely'\nKysely\n",
    'the PostgreSQL driver': "import { Pool } from 'pg'\nPool\n",
    'a Bun module': "import { Database } from 'bun:sqlite'\nDatabase\n",
    'the Bun global': 'Bun.file("x")\n',
    'the environment': 'process.env\n',
    'the wall clock': 'Date.now()\n',
    'a date of now': 'new Date()\n',
    'a timer': 'setTimeout(() => 1, 1)\n',
    chance: 'Math.random()\n',
    'the network': "fetch('http://x')\n",
    'a socket': "import { connect } from 'node:net'\nconnect\n",
  }
  for (const [what, text] of Object.entries(foreign)) {
    test(`${what} in a file that does not own it is refused, in its test it is not`, () => {
      expect(check({ 'src/gate/a.ts': text })).toContain('src/gate/a.ts:1: owner')
      expect(check({ 'src/gate/a.test.ts': text })).toEqual([])
    })
  }

  test('each owner may use what it owns', () => {
    const files = {
      'src/governance/usage/ledger.store.ts': "import { sql } from 'kysely'\nsql\n",
      'src/platform/storage/a.ts':
        "import { Pool } from 'pg'\nimport { Database } from 'bun:sqlite'\nPool + Database\n",
      'src/platform/egress/a.ts': "fetch('x')\n",
      'src/platform/config/a.ts': 'process.env\n',
      'src/lib/clock.ts': 'Date.now() + setTimeout(() => 1, 1)\n',
      'src/lib/random.ts': 'Math.random()\n',
      'src/server/listener.ts': 'Bun.serve({})\n',
    }
    expect(check(files)).toEqual([])
  })

  test('a local or a member of the same name is not the global', () => {
    const text =
      'function f(fetch: () => void, o: { fetch(): void; Bun: 1 }) {\n  fetch()\n  o.fetch()\n  return o.Bun\n}\nf\n'
    expect(check({ 'src/gate/a.ts': `${text}new Date(3)\n` })).toEqual([])
  })

  test('only the listener may open a port, also within server/', () => {
    expect(check({ 'src/server/compose.ts': 'Bun.serve({})\n' })).toEqual(['src/server/compose.ts:1: owner'])
  })
})

describe('state', () => {
  const mutable: readonly string[] = [
    'let count = 0\ncount\n',
    'const cache = new Map()\ncache\n',
    'const seen: string[] = []\nseen\n',
    'const table = new Map([[1, 2]])\nfunction f() {\n  table.set(2, 3)\n}\nf\n',
    'const table = { a: 1 }\nfunction f() {\n  table.a = 2\n}\nf\n',
    '/** T. */ export const table = { a: 1 }\n',
    '/** T. */ export const table: string[] = ["a"]\n',
    '/** T. */ export const table = new Set(["a"])\n',
  ]
  for (const text of mutable) {
    test(`refused: ${text.split('\n')[0]}`, () => {
      expect(check({ 'src/gate/a.ts': text })).toEqual(['src/gate/a.ts:1: state'])
    })
  }

  test('constants that stay as they are made are fine, and so is state inside a function', () => {
    const text = [
      "const words = new Set(['a'])",
      'const none: readonly string[] = []',
      'none.map(String)',
      'const order = [1, 2]',
      `${doc}export const A = ['a'] as const`,
      `${doc}export const B = Object.freeze({ a: 1 })`,
      `${doc}export const C: readonly string[] = ['a']`,
      `${doc}export const D: ReadonlyMap<string, string> = new Map([['a', 'b']])`,
      `${doc}export const E = { a: 1 } as const satisfies Record<string, number>`,
      `${doc}export function make() {\n  let count = 0\n  const words = new Set()\n  words.add(count++)\n}`,
      'order.map(String) + words.has(1)',
    ]
    expect(check({ 'src/gate/a.ts': `${text.join('\n')}\n` })).toEqual([])
  })
})

describe('size, names, types, documentation', () => {
  test('a file over 500 lines is refused, a test file too', () => {
    const text = '1\n'.repeat(501)
    expect(check({ 'src/gate/a.ts': text, 'src/gate/a.test.ts': text })).toEqual([
      'src/gate/a.test.ts:501: size',
      'src/gate/a.ts:501: size',
    ])
    expect(check({ 'src/gate/a.ts': '1\n'.repeat(500) })).toEqual([])
  })

  test('a function over 70 lines is refused, in a test it is not', () => {
    const body = (lines: number) => `function f() {\n${'  1\n'.repeat(lines - 2)}}\nf\n`
    expect(check({ 'src/gate/a.ts': body(71), 'src/gate/a.test.ts': body(71) })).toEqual(['src/gate/a.ts:1: size'])
    expect(check({ 'src/gate/a.ts': body(70) })).toEqual([])
  })

  test('names that say nothing are refused', () => {
    const files = {
      'src/lib/utils.ts': '',
      'src/gate/common/a.ts': '',
      'src/gate/key-manager.ts': '',
      'src/gate/data-error.ts': '',
      'src/lib/a.ts': '',
    }
    expect(check(files)).toEqual([
      'src/gate/common/a.ts:1: name',
      'src/gate/key-manager.ts:1: name',
      'src/lib/utils.ts:1: name',
    ])
  })

  test('ways around the compiler and default exports are refused', () => {
    const text = 'const a = (b: any) => b\n// @ts-expect-error\na(1)!.x\nexport default a\n'
    expect(check({ 'src/gate/a.ts': text })).toEqual([
      'src/gate/a.ts:1: any',
      'src/gate/a.ts:2: ts',
      'src/gate/a.ts:3: non-null',
      'src/gate/a.ts:4: default-export',
    ])
  })

  test('an exported thing without a doc comment right above it is refused', () => {
    const text = `${doc}export const a = 1\nexport const b = 2\n// plain\nexport type C = 1\n${doc}\nexport interface D {}\n`
    expect(check({ 'src/gate/a.ts': text })).toEqual(['src/gate/a.ts:3: doc', 'src/gate/a.ts:5: doc'])
  })
})

describe('the check itself', () => {
  test('reading nothing is a failure', () => {
    const empty = mkdtempSync(join(tmpdir(), 'rooms-'))
    expect(checkRooms(readTree(empty, FOLDERS), []).map((problem) => problem.rule)).toEqual(['nothing'])
    rmSync(empty, { recursive: true })
    expect(check({ 'scripts/a.ts': '' })).toEqual(['src:1: nothing'])
  })

  test('a file that does not parse stops the check', () => {
    expect(() => parseSource('src/lib/a.ts', 'const = 1')).toThrow('src/lib/a.ts: does not parse')
  })

  test('a waiver lifts one rule of one file, and is itself a problem once nothing needs it', () => {
    const waiver = { path: 'src/lib/a.ts', rule: 'any', reason: 'test' }
    const text = 'const a = (b: any) => b\na\n'
    expect(check({ 'src/lib/a.ts': text, 'src/lib/b.ts': text }, [waiver])).toEqual(['src/lib/b.ts:1: any'])
    expect(check({ 'src/lib/a.ts': '' }, [waiver])).toEqual(['src/lib/a.ts:1: waiver'])
  })
})
