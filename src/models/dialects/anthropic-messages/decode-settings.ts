import { isObject } from '../../../lib/json.ts'
import type { Path, ReasoningRequest, ResponseFormat, Tool, ToolChoice } from '../canonical.ts'
import type { JsonObject } from '../dialect.ts'
import {
  compact,
  fault,
  readCacheControl,
  readList,
  readObject,
  readOptionalBoolean,
  readOptionalNumber,
  readOptionalString,
  readString,
  restOf,
} from './read.ts'

const TOOL = new Set(['type', 'name', 'description', 'input_schema', 'strict', 'cache_control'])

/** The tools of a call: custom ones as functions, server tools (any other `type`) as native ones. */
export function decodeTools(value: unknown): readonly Tool[] {
  if (value === undefined || value === null) return []
  return readList(value, ['tools']).map((tool, index) => decodeTool(tool, ['tools', index]))
}

function decodeTool(value: unknown, at: Path): Tool {
  const tool = readObject(value, at)
  const type = readOptionalString(tool.type, [...at, 'type'])
  if (type !== undefined && type !== 'custom') {
    const name = readOptionalString(tool.name, [...at, 'name']) ?? type
    return { kind: 'native', dialect: 'anthropic-messages', name, value: tool }
  }
  return compact({
    kind: 'function' as const,
    name: readString(tool.name, [...at, 'name']),
    description: readOptionalString(tool.description, [...at, 'description']),
    parameters: readObject(tool.input_schema, [...at, 'input_schema']),
    strict: readOptionalBoolean(tool.strict, [...at, 'strict']),
    cacheControl: readCacheControl(tool.cache_control),
    at,
    rest: restOf(tool, TOOL),
  })
}

/** `tool_choice`: which tool must be called, and whether several may be called at once. */
export function decodeToolChoice(value: unknown): { toolChoice?: ToolChoice; parallelToolCalls?: boolean } {
  if (value === undefined || value === null) return {}
  const at = ['tool_choice']
  const choice = readObject(value, at)
  const isSingle = readOptionalBoolean(choice.disable_parallel_tool_use, [...at, 'disable_parallel_tool_use'])
  const parallel = isSingle === undefined ? {} : { parallelToolCalls: !isSingle }
  switch (readString(choice.type, [...at, 'type'])) {
    case 'auto':
      return { toolChoice: { kind: 'auto' }, ...parallel }
    case 'any':
      return { toolChoice: { kind: 'required' }, ...parallel }
    case 'none':
      return { toolChoice: { kind: 'none' }, ...parallel }
    case 'tool':
      return { toolChoice: { kind: 'named', name: readString(choice.name, [...at, 'name']) }, ...parallel }
    default:
      throw fault([...at, 'type'], "Input should be 'auto', 'any', 'tool' or 'none'")
  }
}

/** `thinking` and `output_config.effort` together: how hard the model shall think, and whether the caller sees it. */
export function decodeReasoning(thinking: unknown, outputConfig: JsonObject | undefined): ReasoningRequest | undefined {
  const effort = readOptionalString(outputConfig?.effort, ['output_config', 'effort'])
  const thought =
    thinking === undefined || thinking === null ? {} : decodeThinkingMode(readObject(thinking, ['thinking']))
  if (effort === undefined) return Object.keys(thought).length === 0 ? undefined : thought
  return { ...thought, effort: readEffort(effort) }
}

function decodeThinkingMode(thinking: JsonObject): ReasoningRequest {
  const display = thinking.display === 'summarized' ? true : thinking.display === 'omitted' ? false : undefined
  const include = display === undefined ? {} : { include: display }
  switch (readString(thinking.type, ['thinking', 'type'])) {
    case 'enabled': {
      const budgetTokens = readOptionalNumber(thinking.budget_tokens, ['thinking', 'budget_tokens'])
      if (budgetTokens === undefined) throw fault(['thinking', 'budget_tokens'], 'Field required')
      return { mode: 'on', budgetTokens, ...include }
    }
    case 'disabled':
      return { mode: 'off', ...include }
    case 'adaptive':
      return { mode: 'adaptive', ...include }
    default:
      return {}
  }
}

function readEffort(effort: string): NonNullable<ReasoningRequest['effort']> {
  switch (effort) {
    case 'low':
    case 'medium':
    case 'high':
    case 'xhigh':
    case 'max':
      return effort
    default:
      throw fault(['output_config', 'effort'], "Input should be 'low', 'medium', 'high', 'xhigh' or 'max'")
  }
}

/** The thinking mode that {@link decodeReasoning} has no word for: kept as it came, for this dialect alone. */
export function unknownThinking(thinking: unknown): { thinking?: unknown } {
  if (!isObject(thinking)) return {}
  const { type } = thinking
  return type === 'enabled' || type === 'disabled' || type === 'adaptive' ? {} : { thinking }
}

/** `output_config.format`, or `output_format` as the beta had it. */
export function decodeFormat(body: JsonObject, outputConfig: JsonObject | undefined): ResponseFormat | undefined {
  const isNew = isObject(outputConfig?.format)
  const at = isNew ? ['output_config', 'format'] : ['output_format']
  const format = isNew ? outputConfig?.format : body.output_format
  if (!isObject(format)) return undefined
  if (format.type !== 'json_schema') throw fault([...at, 'type'], "Input should be 'json_schema'")
  return compact({
    kind: 'json-schema' as const,
    name: readOptionalString(format.name, [...at, 'name']) ?? 'answer',
    schema: readObject(format.schema, [...at, 'schema']),
    strict: true,
  })
}
