import { describe, expect, test } from 'bun:test'
import { z } from 'zod'
import {
  defineKind,
  documentSet,
  duration,
  formatProblem,
  fromJson,
  money,
  printYaml,
  rate,
  readYaml,
  scopeRef,
  secretRef,
  validate,
} from './index.ts'

const teamKind = defineKind<{ parent?: string | undefined }>({
  kind: 'Team',
  summary: 'A team.',
  schema: z.strictObject({ parent: z.string().optional() }),
  references: (spec) => (spec.parent ? [{ at: ['parent'], kind: 'Team', name: spec.parent }] : []),
  problems: (document) =>
    document.spec.parent === document.name ? [{ at: ['parent'], message: 'a team cannot be its own parent' }] : [],
  example: 'kind: Team\nmetadata: {name: a}\n',
})
const schema = z.strictObject({
  appliesTo: z.array(scopeRef()),
  requests: rate().optional(),
  amount: money().optional(),
  timeout: duration().default(10_000),
  credential: secretRef().optional(),
  share: z.number().int().min(1).max(100).optional(),
  mode: z.enum(['enforce', 'monitor', 'off']).default('enforce'),
  atLimit: z
    .union([z.literal('block'), z.literal('alert'), z.strictObject({ downgrade: z.strictObject({ to: z.string() }) })])
    .optional(),
  checks: z
    .array(
      z.discriminatedUnion('detector', [
        z.strictObject({ detector: z.literal('words'), lists: z.array(z.string()) }),
        z.strictObject({ detector: z.literal('secrets'), action: z.enum(['mask', 'block']) }),
      ]),
    )
    .optional(),
})
const limitKind = defineKind<z.infer<typeof schema>>({ kind: 'Limit', summary: 'A limit.', schema, example: '' })
const modelKind = defineKind<{ provider?: string | undefined }>({
  kind: 'Model',
  summary: 'A model.',
  schema: z.strictObject({ provider: z.string().optional() }),
  example: '',
})
const KINDS = [teamKind, limitKind, modelKind]

/** Everything wrong in a file called p.yaml. */
function problems(text: string): readonly string[] {
  const result = validate(KINDS, readYaml({ file: 'p.yaml', text, owner: 'git:p.yaml' }))
  return result.valid ? [] : result.problems.map(formatProblem)
}
/** Everything wrong in one Limit whose spec is `line`, which stands in line 4. */
function inLimit(line: string): readonly string[] {
  return problems(`apiVersion: gatehouse/v1\nkind: Limit\nmetadata: {name: a}\nspec: ${line}\n`)
}

describe('what is wrong is said with its place and what was meant', () => {
  test.each([
    ['{appliesTo: [org], requets: 5/s}', 'p.yaml:4:26: unknown field requets. Did you mean requests?'],
    ['{appliesTo: [org], mode: enforced}', 'p.yaml:4:32: mode cannot be "enforced". Did you mean enforce?'],
    [
      '{appliesTo: [orgg]}',
      'p.yaml:4:20: appliesTo: expected a scope such as org, team:claims or model:assistant, found "orgg".',
    ],
    ['{mode: off}', 'p.yaml:4:7: the field appliesTo is missing.'],
    ['{appliesTo: org}', 'p.yaml:4:19: appliesTo: expected a list, found "org".'],
    ['{appliesTo: [org], requests: 60}', 'p.yaml:4:36: requests: expected a rate such as 60/min or 5/s, found 60.'],
    [
      '{appliesTo: [org], amount: 5 EUR}',
      'p.yaml:4:34: amount: expected an amount such as 5000 USD or 0.50 USD, found "5 EUR".',
    ],
    ['{appliesTo: [org], timeout: 10}', 'p.yaml:4:35: timeout: expected a duration such as 30s, 10m or 1h, found 10.'],
    ['{appliesTo: [org], share: 101}', 'p.yaml:4:33: share: too big: expected number to be <=100.'],
    ['{appliesTo: [org], atLimit: blok}', 'p.yaml:4:35: atLimit cannot be "blok". Did you mean block?'],
    ['{appliesTo: [org], atLimit: {downgrade: {too: x}}}', 'p.yaml:4:47: the field to is missing.'],
    ['{appliesTo: [org], checks: [{detector: wrods}]}', 'p.yaml:4:46: detector cannot be "wrods". Did you mean words?'],
    [
      '{appliesTo: [org], checks: [{detector: secrets, acton: mask}]}',
      'p.yaml:4:35: the field action is missing. Write mask or block.',
    ],
    ['{appliesTo: [org], share: .inf}', 'p.yaml:4:33: a number must be finite.'],
    ['{appliesTo: [org], appliesTo: [org]}', 'p.yaml:4:26: the field appliesTo stands here twice.'],
    ['{appliesTo: [org], __proto__: 1}', 'p.yaml:4:26: a field cannot be called __proto__.'],
    ['{appliesTo: [*nobody]}', 'p.yaml:4:20: the alias *nobody names nothing before it.'],
  ])('spec: %s', (spec, expected) => expect(inLimit(spec)[0]).toBe(expected))

  test.each([
    [
      'kind: Team\nmetadata: {name: a}\n',
      'p.yaml:1:1: the field apiVersion is missing. Write apiVersion: gatehouse/v1 once a file.',
    ],
    [
      'apiVersion: gatehouse/v2\nkind: Team\nmetadata: {name: a}\n',
      'p.yaml:1:13: apiVersion cannot be "gatehouse/v2". Write gatehouse/v1.',
    ],
    [
      'apiVersion: gatehouse/v1\nkind: Teem\nmetadata: {name: a}\n',
      'p.yaml:2:7: there is no kind Teem. Did you mean Team?',
    ],
    [
      'apiVersion: gatehouse/v1\nmetadata: {name: a}\n',
      'p.yaml:1:1: the field kind is missing. Choose one of Limit, Model, Team.',
    ],
    ['apiVersion: gatehouse/v1\nkind: Team\n', 'p.yaml:1:1: the field metadata is missing.'],
    [
      'apiVersion: gatehouse/v1\nkind: Team\nmetadata: {labels: {}}\n',
      'p.yaml:3:11: the field name is missing. It is a name of lower-case letters, digits and - . _ @ +, at most 128.',
    ],
    [
      'apiVersion: gatehouse/v1\nkind: Team\nmetadata: {name: Claims}\n',
      'p.yaml:3:18: name: expected a name of lower-case letters, digits and - . _ @ +, at most 128, found "Claims".',
    ],
    [
      'apiVersion: gatehouse/v1\nkind: Team\nmetadata: {name: a, lables: {x: y}}\n',
      'p.yaml:3:21: unknown field lables. Did you mean labels?',
    ],
    [
      'apiVersion: gatehouse/v1\nkind: Team\nmetadata: {name: a}\nspce: {}\n',
      'p.yaml:4:1: unknown field spce. Did you mean spec?',
    ],
    [
      'apiVersion: gatehouse/v1\nkind: Team\nmetadata: {name: ops}\n---\nkind: Team\nmetadata: {name: a}\nspec: {parent: opps}\n',
      'p.yaml:7:16: there is no Team named opps. Did you mean ops?',
    ],
    [
      'apiVersion: gatehouse/v1\nkind: Team\nmetadata: {name: a}\nspec: {parent: a}\n',
      'p.yaml:4:16: a team cannot be its own parent.',
    ],
    [
      'apiVersion: gatehouse/v1\nkind: Team\nmetadata: {name: a}\n---\nkind: Team\nmetadata: {name: a}\n',
      'p.yaml:6:18: there is already a Team named a. The first stands at p.yaml:1.',
    ],
    ['- 1\n', 'p.yaml:1:1: a document must be an object. Write kind, metadata and spec.'],
  ])('document %#', (text, expected) => expect(problems(text)).toContain(expected))

  test('text that is not YAML is a problem at its place', () => {
    expect(problems('apiVersion: gatehouse/v1\nkind: [\n')[0]).toStartWith('p.yaml:3:1: not valid YAML: ')
  })

  test('all problems stand in one list, in reading order, also those of other documents and of references', () => {
    const found = problems(`apiVersion: gatehouse/v1
kind: Team
metadata: {name: A}
spec: {parent: nobody}
---
kind: Limit
metadata: {name: b}
spec: {appliesTo: [org], mode: enforced, timeout: soon}
---
kind: Nothing
`)
    expect(found.map((line) => line.split(': ')[0])).toEqual([
      'p.yaml:3:18',
      'p.yaml:4:16',
      'p.yaml:8:32',
      'p.yaml:8:51',
      'p.yaml:10:7',
    ])
  })

  test('a secret in clear text is a problem, and the message does not repeat it', () => {
    const secret = `sk-${'a1B2'.repeat(8)}`
    const wanted = inLimit(`{appliesTo: [org], credential: ${secret}}`)
    const anywhere = inLimit(`{appliesTo: [${secret}]}`)
    expect(wanted).toEqual([
      'p.yaml:4:38: a secret must not stand in a document in clear text; expected a secret:// reference. Write a reference such as secret://env/NAME, secret://file/path or secret://vault/name.',
    ])
    expect([...wanted, ...anywhere].join()).not.toContain(secret.slice(0, 12))
    expect(anywhere).not.toEqual([])
    expect(inLimit('{appliesTo: [org], credential: secret://env/OPENAI_API_KEY}')).toEqual([])
  })
})

describe('bounds', () => {
  test('a file larger than 4 MiB, too deep, or full of aliases of aliases is refused in little time', () => {
    expect(problems('#'.repeat(4_194_305))[0]).toContain('larger than 4 MiB')
    expect(problems(`a: ${'['.repeat(60)}${']'.repeat(60)}`).join()).toContain('nested deeper than 32')
    expect(problems(`a: ${'['.repeat(100_000)}`).join()).toContain('nests too deeply')
    const bomb = Array.from({ length: 30 }, (_, at) => `a${at}: &x${at} [${at ? `*x${at - 1},*x${at - 1}` : '1'}]`)
    expect(problems(`apiVersion: gatehouse/v1\n${bomb.join('\n')}\n`).join()).toContain('too many values')
  })

  test('a map of many fields is read in linear time', () => {
    const fields = Array.from({ length: 20_000 }, (_, at) => `f${at}: 1`).join('\n')
    expect(problems(`apiVersion: gatehouse/v1\n${fields}\n`).length).toBeGreaterThan(900)
  })
})

describe('sets of documents', () => {
  const text = `
kind: Model
metadata: {name: meta-llama/Llama-3.3:70b}
---
kind: Model
metadata: {name: gpt-5.5-mini}
---
kind: Limit
metadata: {name: a, labels: {tier: gold}}
spec: {appliesTo: &all [org], requests: 60/min, amount: 0.50 USD}
---
`
  test('units are converted, defaults filled in, and everything is frozen', () => {
    const set = documentSet(KINDS, text)
    const limit = set.get(limitKind, 'a')
    expect(limit?.spec).toEqual({
      appliesTo: ['org'],
      requests: { count: 60, perMs: 60_000 },
      amount: 500_000_000,
      timeout: 10_000,
      mode: 'enforce',
    })
    expect(limit?.labels).toEqual({ tier: 'gold' })
    expect(Object.isFrozen(limit?.spec.requests)).toBe(true)
    expect(Object.isFrozen(limit?.written)).toBe(true)
    expect(set.all(modelKind).map((model) => model.name)).toEqual(['gpt-5.5-mini', 'meta-llama/Llama-3.3:70b'])
    expect(set.get(modelKind, 'other')).toBeUndefined()
  })

  test('the revision depends on what the documents say, and on nothing else', () => {
    const set = documentSet(KINDS, text)
    const turned = documentSet(KINDS, text.split('---\n').toReversed().join('---\n'))
    expect(turned.revision).toBe(set.revision)
    expect(documentSet(KINDS, text.replace('60/min', '61/min')).revision).not.toBe(set.revision)
  })

  test('what is printed as YAML reads back to the same documents', () => {
    const set = documentSet(KINDS, text)
    const printed = printYaml(set.documents.map((document) => document.written))
    expect(printed.match(/apiVersion/g)?.length).toBe(1)
    expect(documentSet(KINDS, printed).revision).toBe(set.revision)
  })

  test('documents as JSON are the same as documents as YAML', () => {
    const set = documentSet(KINDS, text)
    const json = fromJson(
      set.documents.map((document) => document.written),
      { file: 'api', owner: 'console' },
    )
    const result = validate(KINDS, json)
    expect(result.valid && result.documents.revision).toBe(set.revision)
  })

  test('known documents are not parsed again, but their references are checked again', () => {
    const set = documentSet(
      KINDS,
      'kind: Team\nmetadata: {name: a}\n---\nkind: Team\nmetadata: {name: b}\nspec: {parent: a}\n',
    )
    const none = { documents: [], problems: [] }
    expect(validate(KINDS, none, { known: set.documents }).valid).toBe(true)
    const orphan = validate(KINDS, none, { known: set.documents.slice(1) })
    expect(orphan.valid ? [] : orphan.problems.map(formatProblem)).toEqual([
      'documents.yaml:4:1: there is no Team named a. Did you mean b?',
    ])
  })
})

describe('ten thousand documents', () => {
  test('are read and validated; the times are printed', () => {
    const text = Array.from(
      { length: 10_000 },
      (_, at) =>
        `kind: Limit\nmetadata: {name: limit-${at}}\nspec: {appliesTo: ['team:claims'], requests: 60/min, timeout: 30s}\n`,
    ).join('---\n')
    const start = performance.now()
    const sources = readYaml({ file: 'p.yaml', text, owner: 'console' })
    const read = performance.now()
    const result = validate(KINDS, sources, { apiVersion: 'optional' })
    const validated = performance.now()
    const again = validate(KINDS, fromJson([], { file: '', owner: '' }), {
      known: result.valid ? result.documents.documents : [],
    })
    const known = performance.now()
    console.log(
      `10,000 documents: read ${Math.round(read - start)} ms, validated ${Math.round(validated - read)} ms, known ones again ${Math.round(known - validated)} ms`,
    )
    expect(result.valid && again.valid && again.documents.revision === result.documents.revision).toBe(true)
  })
})
