import { Environment } from '@marcbachmann/cel-js'
import { isTimeZone, type TimeZones, timeZones } from '../../lib/time-zone.ts'

/** What a condition may know of the request; a request that is no model call has zeros and empty texts. */
export class RequestFacts {
  constructor(
    /** Estimated input tokens. */
    readonly tokens: bigint,
    readonly stream: boolean,
    /** Whether the request offers tools. */
    readonly tools: boolean,
    readonly model: string,
    readonly surface: string,
  ) {}
}

/** What a condition may know of the caller; what does not apply is empty. */
export class PrincipalFacts {
  constructor(
    readonly id: string,
    readonly team: string,
    readonly teams: readonly string[],
    readonly app: string,
    readonly user: string,
    readonly agent: string,
  ) {}
}

/** What a condition may know of the resource. */
export class ResourceFacts {
  constructor(
    readonly kind: string,
    readonly name: string,
    readonly labels: Readonly<Record<string, string>>,
  ) {}
}

/** The fixed, typed record that conditions are evaluated over. */
export interface ConditionFacts {
  readonly now: Date
  readonly request: RequestFacts
  readonly principal: PrincipalFacts
  readonly resource: ResourceFacts
}

/** A condition made ready. Throws when the evaluation fails, for instance on a label that is not there. */
export type Condition = (facts: ConditionFacts) => boolean

// CEL knows types by their constructor, hence the classes here and above.
class TimeFunctions {}

const TIMESTAMP = 'google.protobuf.Timestamp'
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const LIMITS = { maxAstNodes: 500, maxDepth: 50, maxListElements: 200, maxMapEntries: 50, maxCallArguments: 8 }

/** The environment that conditions are read and evaluated in. */
export function environment(zones: TimeZones): Environment {
  const local = (at: Date, zone: string) => at.getTime() + zones.offsetAt(zone, at.getTime())
  return new Environment({ limits: LIMITS })
    .registerType('Time', { ctor: TimeFunctions, fields: {} })
    .registerType('Request', {
      ctor: RequestFacts,
      fields: { tokens: 'int', stream: 'bool', tools: 'bool', model: 'string', surface: 'string' },
    })
    .registerType('Principal', {
      ctor: PrincipalFacts,
      fields: { id: 'string', team: 'string', teams: 'list<string>', app: 'string', user: 'string', agent: 'string' },
    })
    .registerType('Resource', {
      ctor: ResourceFacts,
      fields: { kind: 'string', name: 'string', labels: 'map<string, string>' },
    })
    .registerConstant('time', 'Time', new TimeFunctions())
    .registerVariable('now', TIMESTAMP)
    .registerVariable('request', 'Request')
    .registerVariable('principal', 'Principal')
    .registerVariable('resource', 'Resource')
    .registerFunction(`Time.hour(${TIMESTAMP}, string): int`, (_: unknown, at: Date, zone: string) =>
      BigInt(Math.floor((local(at, zone) % DAY_MS) / HOUR_MS)),
    )
    .registerFunction(`Time.weekday(${TIMESTAMP}, string): int`, (_: unknown, at: Date, zone: string) =>
      // The first of January 1970 was a Thursday; Monday is 1, Sunday 7.
      BigInt(((Math.floor(local(at, zone) / DAY_MS) + 3) % 7) + 1),
    )
    .registerFunction(`Time.date(${TIMESTAMP}, string): string`, (_: unknown, at: Date, zone: string) =>
      new Date(local(at, zone)).toISOString().slice(0, 10),
    )
}

const CHECKING = environment(timeZones())

/** What is wrong with a condition, with the line and column in its text (both from 1); undefined when nothing is. */
export function conditionProblem(text: string): string | undefined {
  try {
    const parsed = CHECKING.parse(text)
    const checked = parsed.check()
    if (!checked.valid) return at(text, checked.error?.range?.start, checked.error?.summary ?? 'not a valid condition')
    if (checked.type !== 'bool') return `a condition must be true or false, and this is of type ${checked.type}`
    return unsafeCall(parsed.ast, text)
  } catch (cause) {
    return at(text, rangeStart(cause), summaryOf(cause))
  }
}

/** Makes conditions ready. Each throws what `conditionProblem` would have told when the text was never checked. */
export function conditionCompiler(zones: TimeZones = timeZones()): (text: string) => Condition {
  const compiling = environment(zones)
  return (text) => {
    const evaluate = compiling.parse(text)
    return (facts) => evaluate({ ...facts }) === true
  }
}

function at(text: string, offset: number | undefined, message: string): string {
  if (offset === undefined) return message
  const before = text.slice(0, offset).split('\n')
  return `${message} (line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1} of the condition)`
}

function rangeStart(cause: unknown): number | undefined {
  const range: unknown = cause instanceof Error && 'range' in cause ? cause.range : undefined
  if (typeof range !== 'object' || range === null || !('start' in range)) return undefined
  return typeof range.start === 'number' ? range.start : undefined
}

function summaryOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  return 'summary' in cause && typeof cause.summary === 'string' ? cause.summary : cause.message
}

interface Node {
  readonly op: string
  readonly args: unknown
  readonly start: number
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value && 'start' in value
}

/** Calls that CEL allows and the hot path must not: backtracking regular expressions, slow zones, zones that are none. */
function unsafeCall(value: unknown, text: string): string | undefined {
  if (Array.isArray(value)) {
    for (const item of value) {
      const found = unsafeCall(item, text)
      if (found) return found
    }
    return undefined
  }
  if (!isNode(value)) return undefined
  const [name, receiver, args] = value.op === 'rcall' && Array.isArray(value.args) ? value.args : []
  if (name === 'matches') {
    return at(text, value.start, 'matches is not available here; use startsWith, endsWith, contains or in')
  }
  const given: readonly unknown[] = Array.isArray(args) ? args : []
  if (typeof name === 'string' && name.startsWith('get') && given.length > 0) {
    return at(
      text,
      value.start,
      `${name} with a time zone is not available here; use time.hour, time.weekday or time.date`,
    )
  }
  const zone = given[1]
  if (isNode(receiver) && receiver.args === 'time' && isNode(zone) && typeof zone.args === 'string') {
    if (zone.op === 'value' && !isTimeZone(zone.args)) return at(text, zone.start, `${zone.args} is not a time zone`)
  }
  return unsafeCall(value.args, text)
}
