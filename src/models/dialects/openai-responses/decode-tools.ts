import { isObject } from '../../../lib/json.ts'
import type { Path, Tool, ToolChoice } from '../canonical.ts'
import type { JsonObject } from '../dialect.ts'
import { arrayField, booleanField, invalid, requiredString, restOf, stringField } from '../openai-chat/fields.ts'

/** Tools that one call may offer. */
const MAX_TOOLS = 4096

const KNOWN: ReadonlySet<string> = new Set(['type', 'name', 'description', 'parameters', 'strict'])

/** `tools`: functions in R's flat form; custom tools and the vendor's own ones (web search, MCP, …) are native to this dialect. */
export function decodeTools(body: JsonObject): readonly Tool[] {
  return (arrayField(body, 'tools', MAX_TOOLS) ?? []).map((tool, index) => decodeTool(tool, ['tools', index]))
}

function decodeTool(tool: unknown, at: Path): Tool {
  if (!isObject(tool)) throw invalid(at, 'an object is expected.')
  const type = requiredString(tool, 'type', at)
  if (type !== 'function') {
    const name = type === 'custom' ? requiredString(tool, 'name', at) : type
    return { kind: 'native', dialect: 'openai-responses', name, value: tool }
  }
  const { parameters } = tool
  if (parameters !== undefined && parameters !== null && !isObject(parameters))
    throw invalid([...at, 'parameters'], 'a JSON Schema object is expected.')
  return {
    kind: 'function',
    name: requiredString(tool, 'name', at),
    description: stringField(tool, 'description', at),
    parameters: parameters ?? undefined,
    strict: booleanField(tool, 'strict'),
    at,
    rest: restOf(tool, KNOWN),
  }
}

/** `tool_choice` in all its forms; a vendor's tool is named by its type. Undefined when none is given. */
export function decodeToolChoice(body: JsonObject): ToolChoice | undefined {
  const choice = body.tool_choice
  if (choice === undefined || choice === null) return undefined
  if (choice === 'auto' || choice === 'none' || choice === 'required') return { kind: choice }
  if (isObject(choice)) {
    if (choice.type === 'allowed_tools') return decodeAllowed(choice)
    if (choice.type === 'function' || choice.type === 'custom')
      return { kind: 'named', name: requiredString(choice, 'name', ['tool_choice']) }
    if (typeof choice.type === 'string') return { kind: 'named', name: choice.type }
  }
  throw invalid(['tool_choice'], "'auto', 'none', 'required' or an object that names a tool is expected.")
}

function decodeAllowed(choice: JsonObject): ToolChoice {
  if (!Array.isArray(choice.tools)) throw invalid(['tool_choice', 'tools'], 'an array is expected.')
  const names = choice.tools.flatMap((tool: unknown) => {
    if (!isObject(tool)) return []
    const name = tool.name ?? tool.type
    return typeof name === 'string' ? [name] : []
  })
  return { kind: 'allowed', names, required: choice.mode === 'required' }
}
