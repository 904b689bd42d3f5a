import { describe, expect, test } from 'bun:test'
import { seededRandom } from '../../../lib/random.ts'
import { answerGuard } from '../answer-guard.ts'
import { guardsWith } from '../testing.ts'
import { piiFindings } from './pii/testing.ts'

/** Kind, the value, and a sentence around it. */
const HITS: readonly (readonly [string, string, (value: string) => string])[] = [
  ['EMAIL', 'anna.schmidt+work@mail.example.co.uk', (value) => `Write to ${value}.`],
  ['EMAIL', 'jörg@müller.de', (value) => `<${value}>`],
  ['EMAIL', 'bob@example.org', (value) => `{"email":"${value}"}`],
  ['EMAIL', 'bob@example.org', (value) => `https://x.example/?user=${value}&page=2`],
  ['EMAIL', 'bob (at) example [dot] org', (value) => `It is ${value}, thanks.`],
  ['PHONE', '+49 (0)170 1234567', (value) => `Rufen Sie ${value} an`],
  ['PHONE', '+1-408-555-1234', (value) => `see ${value}`],
  ['PHONE', '(212) 555-0187', (value) => `see ${value}.`],
  ['PHONE', '0171 2345678', (value) => `Tel.: ${value}`],
  ['PHONE', '06 12 34 56 78', (value) => `mon portable est le ${value}`],
  ['PHONE', '612 345 678', (value) => `mi móvil: ${value}`],
  ['PHONE', '020 7946 0018', (value) => `Office ${value}`],
  ['PHONE', '+1-903-140-4508x769', (value) => `Desk: ${value}`],
  ['IBAN', 'DE89 3704 0044 0532 0130 00', (value) => `Konto ${value}`],
  ['IBAN', 'GB29NWBK60161331926819', (value) => `pay to ${value}, please`],
  ['IBAN', 'FR76 3000 6000 0112 3456 7890 189', (value) => value],
  ['CREDIT_CARD', '4111 1111 1111 1111', (value) => `it is ${value}`],
  ['CREDIT_CARD', '5500-0000-0000-0004', (value) => value],
  ['CREDIT_CARD', '378282246310005', (value) => `my amex ${value} expires soon`],
  ['CREDIT_CARD', '6011111111111117', (value) => `{"cardNumber": "${value}"}`],
  ['IP_ADDRESS', '84.121.97.248', (value) => `from ${value} at noon`],
  ['IP_ADDRESS', '2001:db8::8a2e:370:7334', (value) => `host ${value}`],
  ['MAC_ADDRESS', '3c:22:fb:9a:01:7e', (value) => `device ${value}`],
  ['MAC_ADDRESS', 'aa-bb-cc-dd-ee-ff', (value) => `device ${value}`],
  ['DATE_OF_BIRTH', '3 May 1987', (value) => `born on ${value} in Kiel`],
  ['DATE_OF_BIRTH', '12.04.1979', (value) => `geb. am ${value}`],
  ['DATE_OF_BIRTH', '1987-05-03', (value) => `{"dateOfBirth": "${value}"}`],
  ['DATE_OF_BIRTH', '1er janvier 1990'.replace('1er', '1'), (value) => `née le ${value} à Lyon`],
  ['CRYPTO_WALLET', '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa', (value) => `send it to ${value}`],
  ['CRYPTO_WALLET', 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4', (value) => `or ${value}`],
  ['CRYPTO_WALLET', '0xde0B295669a9FD93d5F28D9Ec85E40f4cb697BAe', (value) => value],
  ['POSTAL_ADDRESS', 'Hauptstraße 12, 10115 Berlin', (value) => `Sie wohnt in der ${value}.`],
  ['POSTAL_ADDRESS', '742 Evergreen Terrace', (value) => `He lives at ${value}.`],
  ['POSTAL_ADDRESS', '12 rue de la Paix, 75002 Paris', (value) => `Adresse : ${value}`],
  ['POSTAL_ADDRESS', 'Calle de Alcalá 45', (value) => `vive en ${value}`],
  ['POSTAL_ADDRESS', 'Via Garibaldi 7, 20121 Milano', (value) => `abita in ${value}`],
  ['PASSPORT', 'C01X00T47', (value) => `Reisepass ${value}`],
  ['PASSPORT', 'XG9382049', (value) => `passport number ${value}`],
  ['LICENCE_PLATE', 'M-AB 1234', (value) => `Kennzeichen ${value}`],
  ['LICENCE_PLATE', 'AB12 CDE', (value) => `number plate ${value}`],
  ['BANK_ACCOUNT', '3847283911', (value) => `account number ${value}`],
]

describe('personal data', () => {
  test.each(HITS)('%s: %s', (kind, value, sentence) => {
    expect(piiFindings(sentence(value))).toContainEqual({ kind, value })
  })

  test('only what is asked for is found', () => {
    const text = 'anna@example.org, 84.121.97.248, SSN 514-69-0360'
    expect(piiFindings(text, ['EMAIL'])).toEqual([{ kind: 'EMAIL', value: 'anna@example.org' }])
    expect(piiFindings(text, ['NATIONAL_ID'])).toEqual([{ kind: 'US_SSN', value: '514-69-0360' }])
  })
})

const random = seededRandom(7)
const upTo = (count: number) => Math.floor(random.fraction() * count)
const digits = (count: number) => Array.from({ length: count }, () => upTo(10)).join('')
const hex = (count: number) => Array.from({ length: count }, () => upTo(16).toString(16)).join('')

const LOOK_ALIKES: Readonly<Record<string, () => string>> = {
  'order number': () => `Your order #${digits(10)} has been shipped.`,
  'long order number': () => `Bestellnummer ${digits(16)} vom Montag`,
  'grouped order number': () => `order no. ${digits(4)} ${digits(4)} ${digits(4)} ${digits(4)} was refunded`,
  'Amazon order': () => `Order ${digits(3)}-${digits(7)}-${digits(7)} arrives tomorrow`,
  invoice: () => `invoice ${digits(4)}-${digits(6)} is due`,
  tracking: () => `tracking 1Z${digits(10)}${digits(6)}`,
  UUID: () => `id ${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`,
  'git SHA': () => `commit ${hex(40)}`,
  'short SHA': () => `fixed in ${hex(7)}`,
  version: () => `upgrade to v${upTo(20)}.${upTo(40)}.${upTo(100)} or ${upTo(9)}.${upTo(9)}.${upTo(9)}.${upTo(9)}`,
  date: () =>
    `on ${1 + upTo(28)}.${1 + upTo(12)}.${1990 + upTo(40)} and ${1990 + upTo(40)}-0${1 + upTo(9)}-1${upTo(9)}`,
  time: () => `at 1${upTo(9)}:${10 + upTo(50)}:${10 + upTo(50)}.${digits(3)}`,
  timestamp: () => `"createdAt": 17${digits(11)}, "seconds": 17${digits(8)}`,
  coordinates: () => `${upTo(90)}.${digits(6)}, -${upTo(180)}.${digits(6)}`,
  ISBN: () => `ISBN 978-${upTo(10)}-${digits(4)}-${digits(4)}-${upTo(10)}`,
  colour: () => `color: #${hex(6)}; background: #${hex(3)}`,
  price: () => `It costs ${digits(3)},${digits(3)}.${digits(2)} EUR or $${digits(4)}.99`,
  arithmetic: () => `${digits(4)} + ${digits(3)} = ${digits(4)}, and ${digits(3)} / ${digits(2)}`,
  'large number': () => `The population is ${1 + upTo(9)} ${digits(3)} ${digits(3)} today`,
  digest: () => `sha256:${hex(64)}`,
  code: () => `for(var i=${digits(2)};i<${digits(5)};i++){a[i]=b[i]*${digits(3)}.${digits(4)}+0x${hex(8)}}`,
  'e-mail-like': () => `import x from "@scope/pkg@${upTo(9)}.${upTo(9)}.${upTo(9)}"; logo@2x.png`,
  'serial number': () => `serial number ${digits(12)}`,
  port: () => `listening on 127.0.0.1:${digits(4)}`,
  pi: () => `3.${digits(15)} is close`,
}

test('of numbers that only look like personal data, one in two hundred at most is taken for it', () => {
  const wrong: string[] = []
  let total = 0
  for (const make of Object.values(LOOK_ALIKES)) {
    for (let time = 0; time < 200; time++) {
      const text = make()
      total++
      const found = piiFindings(text)
      if (found.length > 0) wrong.push(`${text} → ${found.map(({ kind, value }) => `${kind} ${value}`).join(', ')}`)
    }
  }
  expect(total).toBe(200 * Object.keys(LOOK_ALIKES).length)
  if (wrong.length > total / 200) expect(wrong).toEqual([])
})

const CUT: readonly string[] = [
  'anna.schmidt@mail.example.co.uk',
  '+49 (0)170 1234567',
  'DE89 3704 0044 0532 0130 00',
  'GB29 NWBK 6016 1331 9268 19',
  '4111 1111 1111 1111',
  '514-69-0360',
  '84.121.97.248',
  'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4',
]

test.each(CUT)('%s: cut anywhere by the pieces of a stream, nothing of it comes out', (value) => {
  const text = `The value that you asked for is ${value} as far as I know, and that is all.`
  const at = text.indexOf(value)
  const guards = guardsWith('[{detector: pii, action: mask, timeout: 30s}]')
  for (let cut = at - 1; cut <= at + value.length + 1; cut++) {
    for (const second of [1, 2, 3, 7, 100]) {
      const guard = answerGuard(guards)?.forBlock('assistant')
      if (!guard) throw new Error('nothing looks at answers')
      const pieces = [text.slice(0, cut), text.slice(cut, cut + second), text.slice(cut + second)]
      const out = pieces.map((piece) => guard.push(piece)).join('') + guard.end()
      expect(out).toMatch(
        /^The value that you asked for is \+?\[[A-Z_]+ removed\] as far as I know, and that is all\.$/,
      )
    }
  }
})
