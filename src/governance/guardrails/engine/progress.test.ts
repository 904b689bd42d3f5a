import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { secretRule } from '../detectors/secrets/secret-rule.ts'
import { SECRET_RULES } from '../detectors/secrets.ts'
import { wordRule } from '../detectors/words/word-rule.ts'
import { compilePattern } from './pattern.ts'
import { forget, forgetAll, noProgress, type Progress } from './progress.ts'
import type { Rule } from './rule.ts'
import { buildScanner } from './scan.ts'

const words = ['kestrel', 'blue heron'].flatMap((word) => wordRule(word, 'folded') ?? [])
const scanner = buildScanner([{ rules: SECRET_RULES }, { rules: words }])
const look = (text: string, { open, progress }: { readonly open: boolean; readonly progress?: Progress }) =>
  scanner({ text, active: new Uint8Array([1, 1]), open, budgetMs: 10_000, monotonic: () => 0, progress })
const pieces = [
  'token ',
  'token: ',
  'password="tR7!kfq92Lm" ',
  'AKIA',
  'AKIAQ7XKZ2MPLR5TW3VN ',
  'secret ',
  '-----BEGIN RSA PRIVATE KEY-----\nProc-',
  'Type: 4,ENCRYPTED\n\nMIIEowIBAAKCAQEAx8Qf9kLmZ2pR7tVw',
  'postgres://app:9fKq2LmXz7',
  '@db ',
  'kest',
  'rel ',
  'blue \n ',
  'heron.',
  'basic ',
  '    ',
  'QWxhZGRpbjpvcGVuIHNlc2FtZQ== ',
  'x',
]
const growth = fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 14 })

test('reading on from where one was sees what reading from the beginning sees', () => {
  fc.assert(
    fc.property(growth, (parts) => {
      const progress = noProgress()
      let text = ''
      for (const part of parts) {
        text += part
        expect(look(text, { open: true, progress })).toEqual(look(text, { open: true }))
      }
      expect(look(text, { open: false, progress })).toEqual(look(text, { open: false }))
    }),
    { numRuns: 600 },
  )
})

test('after a cut, what was begun before it is forgotten, and what stands behind it is found', () => {
  const progress = noProgress()
  look('the kestrel and the kes', { open: true, progress })
  forget(progress, 20)
  const { units } = look('kestrel.', { open: true, progress })
  expect(units[1]?.findings).toEqual([{ start: 0, end: 7, kind: 'WORD', score: 1 }])
  forget(progress, 4)
  expect(look('rel.', { open: true, progress }).units[1]?.findings).toEqual([])
  forgetAll(progress)
  expect(look('kestrel.', { open: true, progress }).units[1]?.findings).toHaveLength(1)
})

test('a place at which nothing can come any more is looked at no second time', () => {
  const own = secretRule({ kind: 'K', keywords: ['token'], pattern: 'token=([0-9]{4})', begins: 'anywhere' })
  let looks = 0
  const rule: Rule = {
    ...own,
    attempt: (at) => {
      looks++
      return own.attempt(at)
    },
  }
  const scan = buildScanner([{ rules: [rule] }])
  const progress = noProgress()
  let text = ''
  for (let count = 0; count < 50; count++) {
    text += 'token '
    scan({ text, active: new Uint8Array([1]), open: true, budgetMs: 10_000, monotonic: () => 0, progress })
  }
  expect(looks).toBe(50)
})

test('a pattern that looks further ahead than one character does not settle', () => {
  expect(compilePattern('a{4}(?=@)').settles).toBe(true)
  expect(compilePattern('a{4}(?![0-9a-z])').settles).toBe(true)
  expect(compilePattern('a{4}(?=@[a-z])').settles).toBe(false)
  expect(compilePattern('(?:ab(?=cd)|x)').settles).toBe(false)
})
