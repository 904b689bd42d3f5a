import { GatewayError } from '../../../lib/errors.ts'
import { isObject } from '../../../lib/json.ts'
import type { ChatCall, Tool, ToolChoice } from '../canonical.ts'
import type { EncodeContext, JsonObject } from '../dialect.ts'
import { dropParameter } from '../loss.ts'
import { compact } from './fields.ts'
import { speakSchema } from './schema.ts'

/** The tools and how they may be called. */
export interface WrittenTools {
  readonly tools?: readonly JsonObject[]
  readonly toolConfig?: JsonObject
}

/**
 * `tools` and `toolConfig`. Another vendor's server or custom tool throws `unsupported_parameter` naming it: it is never
 * silently left out.
 */
export function writeTools(call: ChatCall, context: EncodeContext): WrittenTools {
  const offered = offeredTools(call)
  if (offered.some((tool) => tool.kind === 'function') && context.target.tools === false)
    dropParameter(context, 'tools')
  const usable = context.target.tools === false ? offered.filter((tool) => tool.kind === 'native') : offered
  const declarations = usable.flatMap((tool) =>
    tool.kind === 'function' ? [writeDeclaration(tool, call, context)] : [],
  )
  const native = usable.flatMap((tool) => (tool.kind === 'native' ? [writeNative(tool)] : []))
  const tools = [...(declarations.length === 0 ? [] : [{ functionDeclarations: declarations }]), ...native]
  if (call.parallelToolCalls === false && declarations.length > 0) dropParameter(context, 'parallel_tool_calls')
  const toolConfig = writeChoice(call, declarations.length > 0)
  return { ...(tools.length === 0 ? {} : { tools }), ...(toolConfig === undefined ? {} : { toolConfig }) }
}

/** Gemini takes a list of allowed functions only where one must be called; elsewhere the others are not offered at all. */
function offeredTools(call: ChatCall): readonly Tool[] {
  const choice = call.toolChoice
  if (choice?.kind !== 'allowed' || choice.required || isValidated(call)) return call.tools
  return call.tools.filter((tool) => tool.kind === 'native' || choice.names.includes(tool.name))
}

function isValidated(call: ChatCall): boolean {
  const config = call.dialect === 'gemini' ? call.rest?.['toolConfig'] : undefined
  const calling = isObject(config) ? config['functionCallingConfig'] : undefined
  return isObject(calling) && calling['mode'] === 'VALIDATED'
}

function writeDeclaration(
  tool: Extract<Tool, { kind: 'function' }>,
  call: ChatCall,
  context: EncodeContext,
): JsonObject {
  if (tool.cacheControl !== undefined) context.warn('dropped: cache_control')
  const spoken = speakSchema(tool.parameters)
  return compact({
    name: tool.name,
    description: tool.description,
    parameters: spoken.kind === 'openapi' ? spoken.schema : undefined,
    parametersJsonSchema: spoken.kind === 'json-schema' ? spoken.schema : undefined,
    ...(call.dialect === 'gemini' ? tool.rest : {}),
  })
}

function writeNative(tool: Extract<Tool, { kind: 'native' }>): JsonObject {
  if (tool.dialect === 'gemini' && isObject(tool.value)) return tool.value
  throw new GatewayError('unsupported_parameter', {
    message: `The chosen model does not know the tool "${tool.name}".`,
    param: 'tools',
  })
}

function writeChoice(call: ChatCall, hasFunctions: boolean): JsonObject | undefined {
  const config = call.dialect === 'gemini' ? call.rest?.['toolConfig'] : undefined
  const { functionCallingConfig: own, ...outer } = isObject(config) ? config : {}
  const said =
    call.toolChoice === undefined || !hasFunctions ? undefined : callingConfig(call.toolChoice, isValidated(call))
  const merged = isObject(own) && said !== undefined ? { ...said, ...own } : said
  const written = compact({ ...outer, functionCallingConfig: merged })
  return Object.keys(written).length === 0 ? undefined : written
}

function callingConfig(choice: ToolChoice, isValidatedMode: boolean): JsonObject {
  switch (choice.kind) {
    case 'auto':
      return { mode: 'AUTO' }
    case 'none':
      return { mode: 'NONE' }
    case 'required':
      return { mode: 'ANY' }
    case 'named':
      return { mode: 'ANY', allowedFunctionNames: [choice.name] }
    case 'allowed':
      if (choice.required) return { mode: 'ANY', allowedFunctionNames: choice.names }
      return isValidatedMode ? { mode: 'VALIDATED', allowedFunctionNames: choice.names } : { mode: 'AUTO' }
  }
}
