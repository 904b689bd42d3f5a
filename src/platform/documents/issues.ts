import type { z } from 'zod'
import { fieldHint, type JsonSchema } from './json-schema.ts'
import type { Path } from './kind.ts'
import type { Finding } from './problem.ts'
import { looksSecret } from './secrets.ts'
import { didYouMean } from './suggest.ts'
import { SECRET_HINT } from './unit-types.ts'

type Issue = z.core.$ZodIssue

const LONGEST_ECHO = 60
/** Unknown fields of one object that are told one by one; who has more has pasted something else. */
const MOST_KEYS = 50

/** A value as a message may repeat it: short, and never what may be a secret. */
function echo(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'an object'
  if (typeof value === 'string' && looksSecret(value)) return 'what looks like a secret'
  const text = JSON.stringify(value) ?? String(value)
  return text.length > LONGEST_ECHO ? `a ${typeof value} of ${String(value).length} characters` : text
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
    value = Reflect.get(value, step)
  }
  return value
}

function stepsOf(path: readonly PropertyKey[]): Path {
  return path.map((step) => (typeof step === 'symbol' ? String(step) : step))
}

function fieldName(path: Path): string {
  const field = path.findLast((step) => typeof step === 'string')
  return field === undefined ? 'this value' : String(field)
}

/** The branch of a union that the value came nearest to: the one that failed deepest, then with the fewest issues. */
function nearestBranch(errors: readonly (readonly Issue[])[]): readonly Issue[] {
  const depth = (issues: readonly Issue[]) => Math.max(0, ...issues.map((issue) => issue.path.length))
  const wrongType = (issues: readonly Issue[]) =>
    issues.some((issue) => issue.path.length === 0 && issue.code !== 'unrecognized_keys')
  return (
    errors.toSorted(
      (a, b) => Number(wrongType(a)) - Number(wrongType(b)) || depth(b) - depth(a) || a.length - b.length,
    )[0] ?? []
  )
}

/** What every branch of a union wanted at its root, as one choice of literals; empty when some branch wanted more. */
function literalChoice(errors: readonly (readonly Issue[])[]): readonly string[] {
  return errors.flatMap((issues) =>
    issues.flatMap((issue) =>
      issue.code === 'invalid_value' && issue.path.length === 0 ? issue.values.map(String) : [],
    ),
  )
}

interface Context {
  readonly root: unknown
  readonly schema: () => JsonSchema
}

/** Says in our words what zod found wrong in `root`; `schema` gives the JSON Schema that knows the names of fields. */
export function describeIssues(issues: readonly Issue[], context: Context): readonly Finding[] {
  return issues.flatMap((issue) => describe(issue, [], context))
}

function describe(issue: Issue, outer: Path, context: Context): readonly Finding[] {
  const path = [...outer, ...stepsOf(issue.path)]
  const received = valueAt(context.root, path)
  const finding = (message: string, hint?: string): readonly Finding[] => [
    { path, part: 'value', message, ...(hint ? { hint } : {}) },
  ]
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.slice(0, MOST_KEYS).map((key) => {
      const hint = fieldHint(context.schema(), path, key)
      return { path: [...path, key], part: 'key', message: `unknown field ${key}`, ...(hint ? { hint } : {}) }
    })
  }
  if (received === undefined && issue.code !== 'custom')
    return finding(`the field ${fieldName(path)} is missing`, missingHint(issue))
  if (issue.code === 'invalid_value') {
    const hint = typeof received === 'string' ? didYouMean(received, issue.values.map(String)) : undefined
    return finding(
      `${fieldName(path)} cannot be ${echo(received)}`,
      hint ?? `Write ${issue.values.map(String).join(' or ')}.`,
    )
  }
  if (issue.code === 'invalid_union') return describeUnion(issue, path, context)
  if (issue.code === 'invalid_key' || issue.code === 'invalid_element') {
    return issue.issues.map((inner) => ({ path, part: 'key', message: inner.message }))
  }
  return finding(...plainWords(issue, path, received))
}

function missingHint(issue: Issue): string | undefined {
  if (issue.code === 'invalid_value') return `Write ${issue.values.map(String).join(' or ')}.`
  return issue.message.startsWith('expected ') ? `It is ${issue.message.slice('expected '.length)}.` : undefined
}

function describeUnion(issue: z.core.$ZodIssueInvalidUnion, path: Path, context: Context): readonly Finding[] {
  const received = valueAt(context.root, path)
  if (issue.discriminator !== undefined && issue.errors.length === 0) {
    const options = 'options' in issue && Array.isArray(issue.options) ? issue.options.map(String) : []
    const field = path.at(-1) === issue.discriminator ? path : [...path, issue.discriminator]
    const value = valueAt(context.root, field)
    const message =
      value === undefined
        ? `the field ${issue.discriminator} is missing`
        : `${fieldName(field)} cannot be ${echo(value)}`
    const hint = didYouMean(String(value ?? ''), options)
    return [{ path: field, part: 'value', message, ...(hint ? { hint } : {}) }]
  }
  if (typeof received === 'string') {
    const hint = didYouMean(received, literalChoice(issue.errors))
    if (hint) return [{ path, part: 'value', message: `${fieldName(path)} cannot be ${echo(received)}`, hint }]
  }
  return nearestBranch(issue.errors).flatMap((inner) => describe(inner, path, context))
}

function plainWords(issue: Issue, path: Path, received: unknown): [message: string, hint?: string] {
  if (issue.message.includes('clear text')) return [issue.message, SECRET_HINT]
  if (issue.message.startsWith('expected ')) return [`${fieldName(path)}: ${issue.message}, found ${echo(received)}`]
  if (issue.code === 'invalid_type')
    return [`${fieldName(path)}: expected ${article(issue.expected)}, found ${echo(received)}`]
  return [`${fieldName(path)}: ${issue.message.charAt(0).toLowerCase()}${issue.message.slice(1).replace(/\.$/, '')}`]
}

function article(type: string): string {
  if (type === 'object' || type === 'record') return 'an object'
  if (type === 'array') return 'a list'
  return type === 'int' ? 'a whole number' : `a ${type}`
}
