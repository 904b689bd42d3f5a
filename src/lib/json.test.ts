import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { type ErrorCode, GatewayError } from './errors.ts'
import { type JsonEdit, parseJson, patchJson, refuseRepeatedMembers, wellFormed } from './json.ts'

function codeOf(run: () => unknown): ErrorCode | 'taken' | 'other' {
  try {
    run()
    return 'taken'
  } catch (error) {
    return error instanceof GatewayError ? error.code : 'other'
  }
}

describe('reading', () => {
  test('any JSON value reads as JSON.parse reads it', () => {
    fc.assert(
      fc.property(fc.json({ stringUnit: 'binary' }), (text) => {
        if (/proto|constructor|\\u00[567]/.test(text)) return
        expect(parseJson(text)).toEqual(JSON.parse(text))
      }),
    )
  })

  test('what is not JSON is invalid_json', () => {
    for (const text of [
      '',
      '{',
      '{"a":1',
      '{"a"}',
      "{'a':1}",
      '[1,]',
      'nul',
      '"a',
      '{"a":"\\x"}',
      '\ufeff{}',
      '{"a":1}}',
    ]) {
      expect(codeOf(() => parseJson(text, { uniqueKeysAt: 'top' }))).toBe('invalid_json')
    }
  })

  test('128 levels are read and 129 are refused before parsing', () => {
    const nested = (levels: number) => `${'[{"a":'.repeat(levels / 2)}1${'}]'.repeat(levels / 2)}`
    expect(codeOf(() => parseJson(nested(128)))).toBe('taken')
    expect(codeOf(() => parseJson(nested(130)))).toBe('invalid_request')
    expect(codeOf(() => parseJson('['.repeat(5_000_000)))).toBe('invalid_request')
    expect(codeOf(() => parseJson('[[1]]', { maxDepth: 1 }))).toBe('invalid_request')
  })

  test('brackets inside strings are not nesting', () => {
    for (const inside of ['['.repeat(500), '\\"'.repeat(9) + '['.repeat(500), '\\\\\\"{'.repeat(200)]) {
      expect(codeOf(() => parseJson(`{"a":"${inside}","b":"\\\\"}`))).toBe('taken')
    }
    expect(codeOf(() => parseJson(`["\\\\",${'['.repeat(200)}`))).toBe('invalid_request')
  })

  test('a top member given twice is refused, also when one is escaped', () => {
    const refused = [
      '{"model":"a","model":"b"}',
      '{"model":"a", "x":{} ,"mod\\u0065l" : "b"}',
      ' {"a":1,"a":1}',
      '{"":1,"":2}',
      '{"model":"a","Model":"b"}',
      '{"\u017ftream":true,"stream":false}',
      '{"system_instruction":1,"systemInstruction":2}',
    ]
    for (const text of refused) {
      expect(codeOf(() => parseJson(text, { uniqueKeysAt: 'top' }))).toBe('invalid_request')
      expect(codeOf(() => parseJson(text))).toBe('taken')
    }
    const taken = ['{"model":"model","a":["model","a"]}', '{"a":{"x":1,"x":2}}', '[{"a":1,"a":2}]', '{"a":"a","b":"b"}']
    for (const text of taken) expect(codeOf(() => parseJson(text, { uniqueKeysAt: 'top' }))).toBe('taken')
  })

  test('a member given twice at any depth is found where whole texts are looked at', () => {
    for (const text of [
      '{"a":{"x":1,"x":2}}',
      '[{"a":1,"b":[{}],"\\u0061":2}]',
      '{"a":[{"b":{"c":1,"d":{},"c":2}}]}',
    ]) {
      expect(codeOf(() => refuseRepeatedMembers(text))).toBe('invalid_request')
    }
    for (const text of ['{"a":{"x":1},"b":{"x":1}}', '[{"a":1},{"a":1}]', '{"a":{"A":1,"a":"a"}}']) {
      expect(codeOf(() => refuseRepeatedMembers(text))).toBe('taken')
    }
  })

  test('names that reach into prototypes are dropped at every level, however escaped', () => {
    const text = '{"a":{"__proto__":{"x":1},"b":1},"constructor":{"prototype":{"x":1}},"c":[{"\\u005f_proto__":1}]}'
    expect(JSON.stringify(parseJson(text))).toBe('{"a":{"b":1},"c":[{}]}')
    expect(Reflect.get({}, 'x')).toBeUndefined()
  })

  test('lone surrogates and NUL parse, and are cleaned for storage', () => {
    const value = parseJson('["\\ud800","\\u0000a"]')
    expect(value).toEqual(['\ud800', '\u0000a'])
    expect(wellFormed('\ud800x\u0000y🙂')).toBe('\ufffdx\u2400y🙂')
  })
})

describe('patching', () => {
  const cases: readonly (readonly [string, string, readonly JsonEdit[], string])[] = [
    [
      'a value is replaced and nothing else moves',
      '{ "a" : 1.0, "model":"x" ,"n":9007199254740993 }',
      [{ at: ['model'], literal: '"y"' }],
      '{ "a" : 1.0, "model":"y" ,"n":9007199254740993 }',
    ],
    ['a missing member is added at the end', '{"a":1 }', [{ at: ['b'], literal: 'true' }], '{"a":1,"b":true }'],
    ['a member is added to an empty object', '{ }', [{ at: ['b'], literal: '2' }], '{"b":2 }'],
    [
      'objects on the way are made',
      '{"s":null}',
      [
        { at: ['s', 'u'], literal: 'true' },
        { at: ['t', 'v', 'w'], literal: '1' },
      ],
      '{"s":{"u":true},"t":{"v":{"w":1}}}',
    ],
    ['the first member is deleted', '{"a":1, "b":2}', [{ at: ['a'], literal: undefined }], '{"b":2}'],
    ['the last member is deleted', '{"a":1, "b":2 }', [{ at: ['b'], literal: undefined }], '{"a":1 }'],
    ['a middle member is deleted', '{"a":1,"b":[2,{}],"c":3}', [{ at: ['b'], literal: undefined }], '{"a":1,"c":3}'],
    [
      'all members are deleted',
      '{"a":1,"b":2}',
      [
        { at: ['b'], literal: undefined },
        { at: ['a'], literal: undefined },
      ],
      '{}',
    ],
    [
      'one is deleted and one is added',
      '{"a":1}',
      [
        { at: ['a'], literal: undefined },
        { at: ['b'], literal: '2' },
      ],
      '{"b":2}',
    ],
    ['deleting what is not there changes nothing', '{"a":1}', [{ at: ['b', 'c'], literal: undefined }], '{"a":1}'],
    [
      'elements are replaced, deleted and appended',
      '[1, 2, 3]',
      [
        { at: [0], literal: '0' },
        { at: [1], literal: undefined },
        { at: [3], literal: '4' },
      ],
      '[0, 3,4]',
    ],
    [
      'a deep path',
      '{"m":[{"c":"x"},{"c":[{"t":"\\"}"}]}]}',
      [{ at: ['m', 1, 'c', 0, 't'], literal: '"y"' }],
      '{"m":[{"c":"x"},{"c":[{"t":"y"}]}]}',
    ],
    ['an escaped name is found', '{"mod\\u0065l":"a"}', [{ at: ['model'], literal: '"b"' }], '{"mod\\u0065l":"b"}'],
    ['a name given twice is replaced twice', '{"a":1,"a":2}', [{ at: ['a'], literal: '3' }], '{"a":3,"a":3}'],
    [
      'of two edits the later counts',
      '{"a":1}',
      [
        { at: ['a'], literal: '{"b":1}' },
        { at: ['a', 'b'], literal: '2' },
      ],
      '{"a":{"b":2}}',
    ],
    ['the root itself', ' {"a":1} ', [{ at: [], literal: '2' }], ' 2 '],
  ]
  for (const [name, text, edits, expected] of cases) test(name, () => expect(patchJson(text, edits)).toBe(expected))

  test('a path into a number is a RangeError', () => {
    expect(() => patchJson('{"a":1}', [{ at: ['a', 'b'], literal: '2' }])).toThrow(RangeError)
  })

  test('a patched text reads as the edited value, and an empty edit list gives the same text', () => {
    const key = fc.constantFrom('a', 'b', 'c"', 'é')
    const object = fc.dictionary(key, fc.jsonValue({ maxDepth: 2 }))
    fc.assert(
      fc.property(
        object,
        fc.array(fc.tuple(key, fc.option(fc.jsonValue(), { nil: undefined }))),
        fc.nat(3),
        (value, changes, indent) => {
          const text = JSON.stringify(value, undefined, indent)
          const expected = new Map(Object.entries(value))
          for (const [name, to] of changes) to === undefined ? expected.delete(name) : expected.set(name, to)
          const edits = changes.map(([name, to]) => ({
            at: [name],
            literal: to === undefined ? undefined : JSON.stringify(to),
          }))
          expect(JSON.parse(patchJson(text, edits))).toEqual(JSON.parse(JSON.stringify(Object.fromEntries(expected))))
          expect(patchJson(text, [])).toBe(text)
        },
      ),
    )
  })

  test('ten thousand edits are one pass', () => {
    const text = `[${Array.from({ length: 10_000 }, (_, index) => `{"c":"${'x'.repeat(50)}${index}"}`).join(',')}]`
    const edits = Array.from({ length: 10_000 }, (_, index) => ({ at: [index, 'c'], literal: '"y"' }))
    expect(patchJson(text, edits)).toBe(`[${'{"c":"y"},'.repeat(10_000).slice(0, -1)}]`)
  })
})
