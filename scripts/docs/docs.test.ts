import { expect, test } from 'bun:test'
import { z } from 'zod'
import { defineKind, kindJsonSchema } from '../../src/platform/documents/index.ts'
import { untrueDependencies } from './dependencies.ts'
import { untrueDocuments } from './documents.ts'
import { fieldsOf } from './fields.ts'
import { markdownTable, withTable } from './generated.ts'
import { untrueTests } from './held-by.ts'
import { untrueMentions } from './mentions.ts'
import { stepsOfCode, stepsOfPage, untoldCodes } from './story.ts'

const files = ['src/gate/gate.ts', 'README.md', 'docs/a.md']
const known = {
  exists: (pattern: string) =>
    files.includes(pattern) || files.some((file) => file.startsWith(`${pattern.replace(/\/$/, '')}/`)),
  scripts: ['test'],
  commands: ['serve'],
  page: (path: string) => (path === 'docs/a.md' ? '# One\n\n## Two, and `three`\n' : undefined),
}

function untrue(text: string): readonly string[] {
  return untrueMentions({ path: 'docs/page.md', text }, known).map((found) => `${found.line}: ${found.message}`)
}

test('a path that is not there is found, one that is there, in other words or planned is not', () => {
  const text =
    'See `src/gate/gate.ts`, `src/gate/`, `text/event-stream`.\nSee `src/gate/door.ts` and `NOTES.md`.\n`src/control/` is planned.\n'
  expect(untrue(text)).toEqual(['2: there is no src/gate/door.ts', '2: there is no NOTES.md'])
})

test('scripts and commands that do not exist are found, in fenced blocks too', () => {
  const text = '```sh\nnpm run test\nnpm run tset\nbin/gatehouse serve\nbin/gatehouse sevre\n```\n`gatehouse dance`\n'
  expect(untrue(text)).toEqual([
    '3: package.json has no script `tset`',
    '5: the CLI has no command `sevre`',
    '7: the CLI has no command `dance`',
  ])
})

test('links to missing files and headings are found', () => {
  const text =
    '[a](a.md) [b](b.md)\n[c](a.md#two-and-three) [d](a.md#four)\n[e](https://example.com) [f](../README.md)\n'
  expect(untrue(text)).toEqual(['1: the link to b.md leads nowhere', '2: docs/a.md has no heading #four'])
})

test('a dependency without a row, a row without a dependency, another version or licence, and no reason are found', () => {
  const why = 'because it is the smallest that does it'
  const row = (name: string, version: string, license: string, reason: string) =>
    `| \`${name}\` | ${version} | ${license} | ${reason} |`
  const text = [
    row('a', '1.0.0', 'MIT', why),
    row('b', '1.0.0', 'MIT', why),
    row('c', '2.0.0', 'ISC', 'good'),
    row('a', '1.0.0', 'MIT', why),
  ]
  const dependencies = [
    { name: 'a', version: '1.0.0', license: 'MIT' },
    { name: 'c', version: '2.0.1', license: 'MIT' },
    { name: 'd', version: '3.0.0', license: 'MIT' },
  ]
  const found = untrueDependencies({ path: 'd.md', text: text.join('\n') }, dependencies)
  expect(found.map(({ line, message }) => `${line}: ${message}`)).toEqual([
    '1: d 3.0.0 (MIT) has no row',
    '2: b is no dependency of package.json',
    '3: c is 2.0.1, not 2.0.0',
    '3: c is under MIT, not ISC',
    '3: c: say why it and not another',
    '4: a stands here twice',
  ])
})

test('a table is written between its marks and nowhere else', () => {
  const table = markdownTable(['code', 'says'], [['`gone`', 'It is | gone.']])
  const page = 'before\n<!-- generated: error codes -->\nold\n<!-- end of generated -->\nafter\n'
  const written = withTable(page, 'error codes', table)
  expect(written).toContain('| code | says |\n| --- | --- |\n| `gone` | It is \\| gone. |')
  expect(written).not.toContain('old')
  expect(withTable(written, 'error codes', table)).toBe(written)
  expect(() => withTable(page, 'moons', table)).toThrow('has no')
})

test("a kind's fields are told with what they take and what holds without them", () => {
  const lamp = defineKind<object>({
    kind: 'Lamp',
    summary: 'A lamp.',
    schema: z.strictObject({
      bright: z.boolean(),
      mode: z.enum(['on', 'off']).default('on'),
      colours: z.array(z.union([z.string(), z.literal(7)])).optional(),
      bulb: z.strictObject({ watts: z.number() }).optional(),
    }),
    example: 'kind: Lamp',
  })
  expect(fieldsOf(kindJsonSchema(lamp))).toEqual([
    ['`bright`', 'boolean', 'required'],
    ['`mode`', '`on`, `off`', '`on`'],
    ['`colours`', 'list of text or `7`', ''],
    ['`bulb`', '{`watts`}', ''],
  ])
})

test('the steps of the story are read in the order in which they are called', () => {
  const code = `export async function pass(gate: Gate, operation: Operation) {
    const exchange = open(gate)
    try {
      const call = operation.decode()
      return exchange.reply(operation.encode(meter(exchange, call)))
    } catch (cause) {
      return exchange.reply(operation.encodeError(toGatewayError(cause)))
    }
  }`
  expect(stepsOfCode('gate.ts', code)).toEqual(['open', 'decode', 'meter', 'encode', 'reply', 'encodeError'])
  expect(stepsOfPage('# Title\n## 1. `open` — begins\ntext\n## 2. `decode`\n## Not a step\n')).toEqual([
    'open',
    'decode',
  ])
})

test('documents shown in a page are checked against the kinds, at their lines; sketches are not', () => {
  const lamp = defineKind<{ readonly bright: boolean }>({
    kind: 'Lamp',
    summary: 'A lamp.',
    schema: z.strictObject({ bright: z.boolean() }),
    example: 'kind: Lamp',
  })
  const block = (spec: string) => `kind: Lamp\nmetadata: {name: ${spec.length > 14 ? 'a' : 'b'}}\nspec: {${spec}}\n`
  const good = `text\n\`\`\`yaml\n${block('bright: true')}\`\`\`\n`
  const bad = `\`\`\`yaml\n${block('brigth: true, x: 1')}\`\`\`\n\`\`\`yaml sketch\nkind: Moon\n\`\`\`\n`
  expect(untrueDocuments({ path: 'p.md', text: good }, [lamp])).toEqual([])
  const found = untrueDocuments({ path: 'p.md', text: good + bad }, [lamp])
  expect(found.length).toBeGreaterThan(0)
  expect(new Set(found.map((problem) => problem.line))).toEqual(new Set([10]))
})

test('an error code that the story does not name is found', () => {
  expect(untoldCodes('May end with: `internal`.', ['internal', 'conflict'])).toEqual(['conflict'])
})

test('a test that a page names and its file does not have is found', () => {
  const read = (path: string) => {
    if (path === 'src/a.test.ts') return "test('holds', () => {})"
    throw new Error('no file')
  }
  const row = (file: string, title: string) => `| a case | \`${file}\` | ${title} |`
  const text = [
    '| case | held by | test |',
    row('src/a.test.ts', 'holds'),
    row('src/a.test.ts', 'breaks'),
    row('src/b.test.ts', 'holds'),
  ]
  expect(untrueTests({ path: 'p.md', text: text.join('\n') }, read).map(({ line }) => line)).toEqual([3, 4])
})
