import { isObject } from '../../../lib/json.ts'
import type { Path, Rest, Tool, ToolChoice } from '../canonical.ts'
import type { JsonObject } from '../dialect.ts'
import { decodeCacheControl } from './decode-parts.ts'
import { arrayField, booleanField, invalid, requiredString, restOf, stringField } from './fields.ts'

/** Tools that one call may offer. */
export const MAX_TOOLS = 4096

const KNOWN_TOOL: ReadonlySet<string> = new Set(['type', 'function', 'cache_control'])
const KNOWN_FUNCTION: ReadonlySet<string> = new Set(['name', 'description', 'parameters', 'strict', 'cache_control'])

/**
 * `tools` and the legacy `functions`. A function tool's `at` is the object that holds its `name` and `description`
 * (`['tools', 0, 'function']`, `['functions', 0]`). Custom and server tools are native to this dialect.
 */
export function decodeTools(body: JsonObject): readonly Tool[] {
  const tools = (arrayField(body, 'tools', MAX_TOOLS) ?? []).map((tool, index) => decodeTool(tool, ['tools', index]))
  const functions = arrayField(body, 'functions', MAX_TOOLS) ?? []
  if (functions.length === 0) return tools
  return [...tools, ...functions.map((tool, index) => decodeFunction(tool, { at: ['functions', index] }))]
}

/** Whether the caller speaks the legacy `functions` and wants a `function_call` in the answer. */
export function usesFunctions(tools: readonly Tool[]): boolean {
  return tools.some((tool) => tool.kind === 'function' && tool.at?.[0] === 'functions')
}

function decodeTool(tool: unknown, at: Path): Tool {
  if (!isObject(tool)) throw invalid(at, 'an object is expected.')
  const type = requiredString(tool, 'type', at)
  if (type === 'function') {
    return decodeFunction(tool.function, {
      at: [...at, 'function'],
      rest: restOf(tool, KNOWN_TOOL),
      cacheControl: tool.cache_control,
    })
  }
  const name = isObject(tool.custom) && typeof tool.custom.name === 'string' ? tool.custom.name : type
  return { kind: 'native', dialect: 'openai-chat', name, value: tool }
}

interface FunctionPlace {
  readonly at: Path
  readonly rest?: Rest | undefined
  readonly cacheControl?: unknown
}

function decodeFunction(value: unknown, place: FunctionPlace): Tool {
  if (!isObject(value)) throw invalid(place.at, 'an object with a name is required.')
  const inner = restOf(value, KNOWN_FUNCTION)
  if (value.parameters !== undefined && value.parameters !== null && !isObject(value.parameters)) {
    throw invalid([...place.at, 'parameters'], 'a JSON Schema object is expected.')
  }
  return {
    kind: 'function',
    name: requiredString(value, 'name', place.at),
    description: stringField(value, 'description', place.at),
    parameters: value.parameters ?? undefined,
    strict: booleanField(value, 'strict'),
    cacheControl: decodeCacheControl(place.cacheControl ?? value.cache_control),
    at: place.at,
    rest: inner === undefined ? place.rest : { ...place.rest, function: inner },
  }
}

/** `tool_choice` or the legacy `function_call`; undefined when neither is given. */
export function decodeToolChoice(body: JsonObject): ToolChoice | undefined {
  const legacy = body.function_call
  if (isObject(legacy)) return { kind: 'named', name: requiredString(legacy, 'name', ['function_call']) }
  const choice = body.tool_choice ?? legacy
  if (choice === undefined || choice === null) return undefined
  if (choice === 'auto' || choice === 'none' || choice === 'required') return { kind: choice }
  if (choice === 'any') return { kind: 'required' }
  if (isObject(choice)) {
    const named = isObject(choice.function) ? choice.function : isObject(choice.custom) ? choice.custom : undefined
    if (named !== undefined) return { kind: 'named', name: requiredString(named, 'name', ['tool_choice', 'function']) }
    if (choice.type === 'allowed_tools')
      return decodeAllowed(isObject(choice.allowed_tools) ? choice.allowed_tools : choice)
  }
  throw invalid(['tool_choice'], "'auto', 'none', 'required' or an object that names a function is expected.")
}

function decodeAllowed(allowed: JsonObject): ToolChoice {
  if (!Array.isArray(allowed.tools)) throw invalid(['tool_choice', 'allowed_tools', 'tools'], 'an array is expected.')
  const names = allowed.tools.flatMap((tool: unknown) => {
    if (!isObject(tool)) return []
    const inner = isObject(tool.function) ? tool.function : isObject(tool.custom) ? tool.custom : tool
    return typeof inner.name === 'string' ? [inner.name] : []
  })
  return { kind: 'allowed', names, required: allowed.mode === 'required' }
}
