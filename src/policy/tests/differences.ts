import { printMoney } from '../../platform/documents/index.ts'
import type { Rehearsed } from './rehearse.ts'
import type { Expectation } from './test-file.ts'

/** How an operation ended, as far as tests can ask. */
export type Ended = Pick<Rehearsed, 'outcome' | 'error'> & Partial<Rehearsed>

/** Where an end differs from what was expected: one sentence for each, none when all is as expected. */
export function differences(expected: Expectation, ended: Ended): readonly string[] {
  const found: string[] = []
  const compare = (what: string, wanted: string | undefined, actual: string | undefined) => {
    if (wanted !== undefined && wanted !== actual)
      found.push(`expected ${what} ${wanted}, and it is ${actual ?? 'none'}`)
  }
  compare('the outcome', expected.outcome, ended.outcome)
  compare('the decision', expected.decision, ended.decision?.effect)
  compare('the error', expected.error, ended.error?.code)
  compare('the limit', expected.limit, ended.limit)
  compare('a downgrade to', expected.downgradedTo, ended.downgradedTo)
  if (expected.by !== undefined)
    compare('to be decided by', list([expected.by].flat()), list(ended.decision?.rules ?? []))
  if (expected.target !== undefined) compare('the target', list([expected.target].flat()), list(ended.targets ?? []))
  if (expected.wouldHave) compare('in monitor mode', list(expected.wouldHave), list(ended.wouldHave ?? []))
  compare('the text', quoted(expected.text), quoted(ended.texts?.[0]))
  if (expected.budgetRemaining !== undefined) {
    const left = ended.hold?.budgetRemaining
    compare('a budget with', printMoney(expected.budgetRemaining), left === undefined ? undefined : signed(left))
  }
  if (expected.guardrails) found.push(...guardrailDifferences(expected.guardrails, ended))
  if (found.length > 0 && ended.error) found.push(`the error says: ${ended.error.message}`)
  return found
}

function guardrailDifferences(
  wanted: NonNullable<Expectation['guardrails']>,
  { verdicts = [] }: Ended,
): readonly string[] {
  const left = verdicts.filter(({ findings }) => findings > 0)
  const missing = wanted.filter((one) => {
    const fits = (verdict: (typeof left)[number]) =>
      verdict.guardrail === one.guardrail &&
      (one.detector === undefined || verdict.detector === one.detector) &&
      (one.action === undefined || verdict.action === one.action) &&
      (one.mode === undefined || verdict.mode === one.mode)
    const place = left.findIndex(fits)
    if (place >= 0) left.splice(place, 1)
    return place < 0
  })
  return [
    ...missing.map(
      (one) => `expected the guardrail ${Object.values(one).join(' ')} to find something, and it does not`,
    ),
    ...left.map(
      ({ guardrail, detector, action, mode }) =>
        `the guardrail ${guardrail} ${detector} ${action} ${mode} finds something, and that was not expected`,
    ),
  ]
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.toSorted().join(', ')
}

function quoted(text: string | undefined): string | undefined {
  return text === undefined ? undefined : JSON.stringify(text)
}

function signed(nano: number): string {
  return nano < 0 ? `-${printMoney(-nano)}` : printMoney(nano)
}
