import type { Environment } from '@marcbachmann/cel-js'
import { timeZones } from '../../lib/time-zone.ts'
import { type ConditionFacts, environment } from './condition.ts'

/** A value that a condition asks about, and what it was. */
export interface Operand {
  /** As written: `request.tokens`. */
  readonly expression: string
  /** As JSON, or `failed`. */
  readonly value: string
}

/** One of the statements that `&&`, `||` and `!` join to a condition. */
export interface ConditionPart {
  readonly expression: string
  readonly outcome: 'true' | 'false' | 'failed'
  readonly operands: readonly Operand[]
}

/** A condition taken apart, with the values it met. For people: it evaluates every part anew. */
export function conditionParts(text: string, facts: ConditionFacts): readonly ConditionPart[] {
  const cel = environment(timeZones())
  const parts: ConditionPart[] = []
  for (const node of statements(cel.parse(text).ast)) {
    const expression = written(node, text)
    const operands = new Set(operandNodes(node).map((operand) => written(operand, text)))
    operands.delete(expression)
    const outcome = evaluated(cel, expression, facts)
    parts.push({
      expression,
      outcome: outcome === 'true' || outcome === 'false' ? outcome : 'failed',
      operands: [...operands].map((operand) => ({ expression: operand, value: evaluated(cel, operand, facts) })),
    })
  }
  return parts
}

interface Node {
  readonly op: string
  readonly args: unknown
  readonly start: number
  readonly end: number
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value && 'end' in value
}

const JOINS = new Set(['&&', '||', '!_'])

function statements(value: unknown): readonly Node[] {
  if (Array.isArray(value)) return value.flatMap(statements)
  if (!isNode(value)) return []
  return JOINS.has(value.op) ? statements(value.args) : [value]
}

/** What is looked up or worked out in a statement: the longest paths, and calls on `time`. */
function operandNodes(value: unknown): readonly Node[] {
  if (Array.isArray(value)) return value.flatMap(operandNodes)
  if (!isNode(value)) return []
  const isPath = value.op === '.' || value.op === '[]' || value.op === 'id'
  return isPath || isTimeCall(value) ? [value] : operandNodes(value.args)
}

function isTimeCall({ op, args }: Node): boolean {
  const receiver: unknown = op === 'rcall' && Array.isArray(args) ? args[1] : undefined
  return isNode(receiver) && receiver.args === 'time'
}

function written({ op, start, end }: Node, text: string): string {
  // The parser leaves the closing bracket out of the range.
  return text.slice(start, op === '[]' ? text.indexOf(']', end) + 1 : end)
}

function evaluated(cel: Environment, expression: string, facts: ConditionFacts): string {
  try {
    const value: unknown = cel.parse(expression)({ ...facts })
    return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? Number(inner) : inner)) ?? 'failed'
  } catch {
    return 'failed'
  }
}
