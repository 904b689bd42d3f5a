import { Environment } from '@marcbachmann/cel-js'

/** What a routing rule may ask of a call. */
export interface RuleFacts {
  /** Estimated tokens of the call, in and out. */
  readonly tokens: number
  readonly tools: boolean
  readonly stream: boolean
  readonly model: string
}

/** A rule's condition, parsed once. */
export type Condition = (facts: RuleFacts) => boolean

const ENVIRONMENT = Object.freeze(
  new Environment({ unlistedVariablesAreDyn: false, limits: { maxAstNodes: 1_000, maxDepth: 32 } })
    .registerType('Request', {
      fields: { tokens: 'int', tools: 'bool', stream: 'bool', model: 'string' },
      ctor: RequestFacts,
    })
    .registerVariable('request', 'Request'),
)

/** CEL tells types by their constructor, so the facts of a rule have one. */
function RequestFacts(this: { tokens: bigint; tools: boolean; stream: boolean; model: string }, facts: RuleFacts) {
  this.tokens = BigInt(facts.tokens)
  this.tools = facts.tools
  this.stream = facts.stream
  this.model = facts.model
}

/** What is wrong with a condition (syntax, types, not a yes or no), or `undefined`. */
export function conditionProblem(source: string): string | undefined {
  try {
    const checked = ENVIRONMENT.check(source)
    if (!checked.valid) return firstLine(checked.error)
    return checked.type === 'bool' ? undefined : `the condition gives ${checked.type}, not a yes or no`
  } catch (cause) {
    return firstLine(cause)
  }
}

/** Parses a valid condition. An evaluation that fails counts as no. */
export function compileCondition(source: string): Condition {
  const evaluate = ENVIRONMENT.parse(source)
  return (facts) => {
    try {
      const request: unknown = Reflect.construct(RequestFacts, [facts])
      return evaluate({ request }) === true
    } catch {
      return false
    }
  }
}

function firstLine(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause)
  return text.split('\n')[0] ?? text
}
