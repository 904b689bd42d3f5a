import { expect, test } from 'bun:test'
import { parse } from 'yaml'
import { yamlOf } from './yaml.ts'

test('what is written reads as what it was', () => {
  const document = {
    apiVersion: 'gatehouse/v1',
    kind: 'Grant',
    metadata: { name: 'may', labels: {} },
    spec: {
      to: ['team:claims', 'user:ann@example.com'],
      when: 'time.hour(now, "Europe/Berlin") >= 7',
      rules: [
        { a: 1, b: [{ c: 'yes' }, { c: '' }] },
        { a: null, b: [] },
      ],
      text: 'two\nlines: and # more',
      'odd key:': true,
      amount: '2000 USD',
      version: '1.0',
    },
  }
  expect(parse(yamlOf(document))).toEqual(document)
})
