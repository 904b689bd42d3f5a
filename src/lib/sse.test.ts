import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { GatewayError } from './errors.ts'
import { type SseEvent, sseComment, sseEvent, sseSplitter } from './sse.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

function split(chunks: readonly Uint8Array[], maxEventBytes?: number): SseEvent[] {
  const splitter = sseSplitter(maxEventBytes === undefined ? {} : { maxEventBytes })
  return [...chunks.flatMap((chunk) => [...splitter.push(chunk)]), ...splitter.end()]
}

const splitText = (text: string) => split([bytes(text)])

describe('a stream is cut into events', () => {
  const cases: readonly (readonly [string, string, readonly (readonly [string | undefined, string])[]])[] = [
    [
      'LF',
      'data: a\n\ndata: b\n\n',
      [
        [undefined, 'a'],
        [undefined, 'b'],
      ],
    ],
    ['CRLF', 'event: x\r\ndata: a\r\n\r\n', [['x', 'a']]],
    [
      'lone CR',
      'data: a\r\rdata: b\r\r',
      [
        [undefined, 'a'],
        [undefined, 'b'],
      ],
    ],
    [
      'mixed line ends',
      'data: a\r\n\ndata: b\n\r\ndata: c\r\r\n',
      [
        [undefined, 'a'],
        [undefined, 'b'],
        [undefined, 'c'],
      ],
    ],
    ['no space after the colon', 'data:a\n\n', [[undefined, 'a']]],
    ['only the first space is dropped', 'data:  a \n\n', [[undefined, ' a ']]],
    ['several data lines join by LF', 'data: a\ndata: b\ndata\n\n', [[undefined, 'a\nb\n']]],
    [
      'a comment is an event without data',
      ': ping\n\ndata: a\n\n',
      [
        [undefined, ''],
        [undefined, 'a'],
      ],
    ],
    ['a BOM is dropped', '\ufeffdata: a\n\n', [[undefined, 'a']]],
    ['a BOM later stays', 'data: \ufeff\n\n', [[undefined, '\ufeff']]],
    [
      'the missing last blank line',
      'data: a\n\ndata: b\n',
      [
        [undefined, 'a'],
        [undefined, 'b'],
      ],
    ],
    [
      'the missing last line end',
      'data: a\n\ndata: b',
      [
        [undefined, 'a'],
        [undefined, 'b'],
      ],
    ],
    ['a waiting CR at the end', 'data: a\r\n\r', [[undefined, 'a']]],
    [
      'extra blank lines make no events',
      '\n\ndata: a\n\n\n\n\ndata: b\n\n\n',
      [
        [undefined, 'a'],
        [undefined, 'b'],
      ],
    ],
    ['unknown fields and retry are passed over', 'retry: 5\ndatax: 1\ndata: a\n\n', [[undefined, 'a']]],
    ['nothing', '', []],
  ]
  for (const [name, text, expected] of cases) {
    test(name, () => {
      expect(splitText(text).map(({ event, data }) => [event, data] as const)).toEqual([...expected])
      const bytewise = split([...bytes(text)].map((byte) => Uint8Array.of(byte)))
      expect(bytewise).toEqual(splitText(text))
    })
  }

  test('the id is kept', () => {
    expect(splitText('id: 7\ndata: a\n\n')[0]?.id).toBe('7')
  })

  test('the raws joined are the stream', () => {
    const text = ': hello\r\n\r\nid: 1\nevent: e\ndata: x\ndata: y\n\n\ndata: z\n\n'
    expect(
      splitText(text)
        .map((event) => event.raw)
        .join(''),
    ).toBe(text)
  })

  test('an event is given by the very chunk that completes it', () => {
    const splitter = sseSplitter()
    expect(splitter.push(bytes('data: a\n')).length).toBe(0)
    expect(splitter.push(bytes('\n')).length).toBe(1)
  })
})

describe('bounds', () => {
  test('an event beyond the bound is refused, finished or not', () => {
    const refused = (text: string) => {
      try {
        split([bytes(text)], 32)
      } catch (error) {
        return error instanceof GatewayError ? error.code : 'other'
      }
      return 'taken'
    }
    expect(refused(`data: ${'x'.repeat(40)}\n\n`)).toBe('upstream_invalid')
    expect(refused(`data: ${'x'.repeat(40)}`)).toBe('upstream_invalid')
    expect(refused(`data: ${'x'.repeat(20)}\n\n`.repeat(9))).toBe('taken')
  })
})

const piece = fc.oneof(
  fc.constantFrom(
    'data: ',
    'data:',
    'event: e',
    'id: 1',
    ': c',
    '\n',
    '\r\n',
    '\r',
    '\n\n',
    '\r\n\r\n',
    '🙂',
    'é',
    '漢',
    '\ufeff',
    '\\n',
  ),
  fc.string({ unit: 'grapheme', maxLength: 5 }),
)

test('any re-chunking of any stream gives the same events', () => {
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 40 }),
      fc.array(fc.nat(7), { minLength: 1, maxLength: 20 }),
      (pieces, sizes) => {
        const all = bytes(pieces.join(''))
        const chunks: Uint8Array[] = []
        for (let at = 0, turn = 0; at < all.length; turn++) {
          const size = sizes[turn % sizes.length] ?? 1
          chunks.push(all.subarray(at, at + size + 1))
          at += size + 1
        }
        expect(split(chunks)).toEqual(split([all]))
      },
    ),
    { numRuns: 500 },
  )
})

test('what is written as an event is read as that event', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (data) => {
      const read = splitText(sseEvent(data, 'delta'))
      expect(read.map((event) => [event.event, event.data])).toEqual([['delta', data.replace(/\r\n|\r/g, '\n')]])
    }),
  )
  expect(splitText(sseComment('a\nb'))).toEqual([{ event: undefined, data: '', raw: ': a\n: b\n\n' }])
})

describe('an event that never ends costs time in proportion to its length', () => {
  for (const [what, piece] of [
    ['one line', 'x'.repeat(65_536)],
    ['many lines', `data: ${'x'.repeat(65_529)}\n`],
  ] as const) {
    test(what, () => {
      const timeOf = (pieces: number) => {
        const splitter = sseSplitter({ maxEventBytes: 1_073_741_824 })
        const chunk = bytes(piece)
        splitter.push(bytes('data: a\r\n'))
        const from = performance.now()
        for (let count = 0; count < pieces; count++) splitter.push(chunk)
        return performance.now() - from
      }
      timeOf(32)
      const ratios = [1, 2, 3].map(() => timeOf(256) / timeOf(32))
      // In proportion: 8 times as long. Were all of it looked through again with every piece: 64 times.
      expect(Math.min(...ratios)).toBeLessThan(24)
    })
  }
})
