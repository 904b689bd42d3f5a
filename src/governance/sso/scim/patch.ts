import { GatewayError } from '../../../lib/errors.ts'
import { type Filter, holds, isObject, keyNamed, parseFilter, stepsOf } from './filter.ts'

/** One operation of a PATCH (RFC 7644 §3.5.2). */
export interface PatchOperation {
  readonly op: 'add' | 'replace' | 'remove'
  readonly path?: string | undefined
  readonly value?: unknown
}

type Json = Readonly<Record<string, unknown>>

/** `emails[type eq "work"].value`, taken apart. */
interface Target {
  /** Steps to the attribute. */
  readonly steps: readonly string[]
  /** Which entries of it, when it is a list. */
  readonly filter?: Filter
  /** Steps inside each entry. */
  readonly inner: readonly string[]
}

const LONGEST_PATH = 512
/** Names that mean something to JavaScript objects themselves. */
const UNSAFE = new Set(['__proto__', 'constructor', 'prototype'])

/** A resource after the operations, in order. Throws `invalid_request` (`noTarget`, `invalidPath`, `invalidValue`). */
export function patched(resource: Json, operations: readonly PatchOperation[]): Json {
  return operations.reduce(applied, resource)
}

function applied(resource: Json, operation: PatchOperation): Json {
  const { op, path, value } = operation
  if (path === undefined || path === '') {
    if (op === 'remove') throw invalid('noTarget', 'remove needs a path')
    if (!isObject(value)) throw invalid('invalidValue', 'without a path the value is an object')
    // Okta sends whole objects, Entra objects with dotted names.
    return Object.entries(value).reduce((so, [name, part]) => applied(so, { op, path: name, value: part }), resource)
  }
  const target = targetOf(path)
  return changed(resource, target.steps, (before) => atTarget(before, target, { op, value }))
}

function targetOf(path: string): Target {
  if (path.length > LONGEST_PATH) throw invalid('invalidPath', 'the path is too long')
  const [, outer = path, condition, rest] = /^([^[\]]+)\[(.+)\](?:\.([^[\]]+))?$/.exec(path) ?? []
  const steps = stepsOf(outer)
  const inner = rest === undefined ? [] : rest.split('.')
  if ([...steps, ...inner].some((step) => step === '' || /[[\]\s]/.test(step) || UNSAFE.has(step)))
    throw invalid('invalidPath', `${path} is no path`)
  return condition === undefined ? { steps, inner } : { steps, inner, filter: parseFilter(condition) }
}

/** A copy of an object in which the value at the steps is another; `undefined` takes it away. */
function changed(object: unknown, steps: readonly string[], change: (before: unknown) => unknown): Json {
  const [step = '', ...rest] = steps
  const from = isObject(object) ? object : {}
  const key = keyNamed(from, step) ?? step
  const after = rest.length === 0 ? change(from[key]) : changed(from[key], rest, change)
  const { [key]: _, ...others } = from
  const isEmpty = after === undefined || after === null || (isObject(after) && Object.keys(after).length === 0)
  return isEmpty ? others : { ...others, [key]: after }
}

type Act = Pick<PatchOperation, 'op' | 'value'>

function atTarget(before: unknown, { filter, inner }: Target, { op, value }: Act): unknown {
  if (filter) return entriesAt(before, { filter, inner }, { op, value })
  if (op === 'remove') return removed(before, value)
  if (!Array.isArray(before))
    return op === 'add' && isObject(before) && isObject(value) ? { ...before, ...value } : value
  if (op === 'replace') return Array.isArray(value) ? value : [value]
  const added: readonly unknown[] = Array.isArray(value) ? value : [value]
  return [...before, ...added.filter((one) => !before.some((known) => isSame(known, one)))]
}

/** Entra removes members with `path: members` and the members as value. */
function removed(before: unknown, value: unknown): unknown {
  if (value === undefined || !Array.isArray(before)) return undefined
  const gone: readonly unknown[] = Array.isArray(value) ? value : [value]
  return before.filter((entry) => !gone.some((one) => isSame(entry, one)))
}

function isSame(a: unknown, b: unknown): boolean {
  if (isObject(a) && isObject(b) && 'value' in a && 'value' in b) return a.value === b.value && sameType(a, b)
  return JSON.stringify(a) === JSON.stringify(b)
}

function sameType(a: Json, b: Json): boolean {
  return a.type === undefined || b.type === undefined || a.type === b.type
}

function entriesAt(before: unknown, { filter, inner }: Pick<Target, 'filter' | 'inner'>, act: Act): unknown {
  const entries: readonly unknown[] = Array.isArray(before) ? before : []
  if (!filter) return entries
  const matching = entries.filter((entry) => holds(filter, entry))
  if (matching.length === 0) return missing(entries, { filter, inner }, act)
  return entries
    .map((entry) => (matching.includes(entry) ? entryAfter(entry, inner, act) : entry))
    .filter((entry) => entry !== undefined)
}

function entryAfter(entry: unknown, inner: readonly string[], { op, value }: Act): unknown {
  if (inner.length > 0) return changed(entry, inner, () => (op === 'remove' ? undefined : value))
  if (op === 'remove') return undefined
  return op === 'add' && isObject(entry) && isObject(value) ? { ...entry, ...value } : value
}

/** Entra replaces `emails[type eq "work"].value` where there is no such address yet, and means that there should be one. */
function missing(entries: readonly unknown[], { filter, inner }: Pick<Target, 'filter' | 'inner'>, { op, value }: Act) {
  if (op === 'remove') return entries
  if (filter?.kind !== 'compare' || filter.operator !== 'eq') throw invalid('noTarget', 'no entry matches the path')
  const base = { [filter.path]: filter.value }
  const entry = inner.length > 0 ? changed(base, inner, () => value) : isObject(value) ? { ...base, ...value } : base
  return [...entries, entry]
}

function invalid(scimType: string, why: string): GatewayError {
  return new GatewayError('invalid_request', { message: `The operation is not valid: ${why}.`, facts: { scimType } })
}
