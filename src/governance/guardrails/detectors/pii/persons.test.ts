import { describe, expect, test } from 'bun:test'
import { answerGuard } from '../../answer-guard.ts'
import { guardsWith } from '../../testing.ts'
import { undecidedName } from './persons.ts'
import { piiFindings } from './testing.ts'

const namesIn = (text: string) => piiFindings(text, ['PERSON']).map(({ value }) => value)

const HITS: readonly (readonly [text: string, ...names: string[]])[] = [
  ['My name is Anna Schmidt and I live in Berlin.', 'Anna Schmidt'],
  ['Dear Ms. Okafor, thank you for your message.', 'Okafor'],
  ["Please call Maria Fernandez about Susan's invoice.", 'Maria Fernandez', 'Susan'],
  ['Sehr geehrte Frau Hoffmann, vielen Dank für Ihre Anfrage.', 'Hoffmann'],
  ['Der Mieter Jürgen von Bergen unterschrieb am Freitag.', 'Jürgen von Bergen'],
  ['{"name": "Priya Patel", "city": "London"}', 'Priya Patel'],
  ['Bonjour Madame Lefebvre, merci pour votre message.', 'Lefebvre'],
]

test.each(HITS)('a name is found in: %s', (text, ...names) => {
  expect(namesIn(text)).toEqual(names)
})

test.each([
  'The meeting with Siemens in New York is on Monday.',
  'How do I install Kubernetes on Windows?',
  'Das Werk konnte im Sommer eröffnet werden.',
  'const request = new Request(Promise.resolve(Buffer.from([0])))',
  'Explain the French Revolution in three sentences.',
  'order 1234567 was shipped to Paris',
])('no name is found in: %s', (text) => {
  expect(namesIn(text)).toEqual([])
})

describe('a name in a stream', () => {
  const text = 'The letter was signed by Maria Fernandez on Monday, and nobody else was there.'

  test('is masked however the stream is cut', () => {
    for (let size = 1; size <= 30; size++) {
      const guard = answerGuard(
        guardsWith('[{detector: pii, entities: [PERSON], action: mask, timeout: 30s}]'),
      )?.forBlock('assistant')
      let out = ''
      for (let at = 0; at < text.length; at += size) out += guard?.push(text.slice(at, at + size)) ?? ''
      out += guard?.end() ?? ''
      expect([size, out]).toEqual([size, text.replace('Maria Fernandez', '[PERSON removed]')])
    }
  })

  test('is held from its first word on, and nothing else is', () => {
    expect(undecidedName('signed by Maria Fer')).toBe('signed by '.length)
    expect(undecidedName('signed by nobody at all in this place ')).toBe(
      'signed by nobody at all in this place '.length,
    )
    expect(undecidedName('')).toBe(0)
  })
})
