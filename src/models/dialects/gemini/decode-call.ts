import type { Block, ChatCall, Message, Path, Rest, Tool, ToolChoice } from '../canonical.ts'
import type { JsonObject } from '../dialect.ts'
import { type CallIds, callIds } from './call-ids.ts'
import { readConfig } from './decode-config.ts'
import {
  keyOf,
  knownNames,
  malformed,
  type Node,
  nodeOf,
  nodesOf,
  restOf,
  textOf,
  textsOf,
  withRest,
} from './fields.ts'
import { isResponsePart, readPart } from './read-part.ts'
import { readSchema } from './schema.ts'

const CALL = knownNames(
  'model',
  'stream',
  'contents',
  'systemInstruction',
  'tools',
  'toolConfig',
  'generationConfig',
  'serviceTier',
)
const CONTENT = knownNames('role', 'parts')
const TOOL = knownNames('functionDeclarations')
const DECLARATION = knownNames('name', 'description', 'parameters', 'parametersJsonSchema')

/**
 * A `GenerateContentRequest` in canonical form. Model and streaming stand in Gemini's URL: the surface puts them into the
 * JSON as the extra top-level members `model` (string, with or without `models/`) and `stream` (boolean). Names in
 * camelCase and snake_case are taken alike. Throws `invalid_request` with `param` for what is malformed.
 */
export function decodeCall(body: JsonObject): ChatCall {
  const root: Node = { json: body, at: [] }
  const ids = callIds()
  const messages = [...readSystem(root), ...nodesOf(root, 'contents').flatMap((content) => readContent(content, ids))]
  if (keyOf(body, 'contents') === undefined) throw malformed(['contents'], 'a list of contents')
  const config = readConfig(nodeOf(root, 'generationConfig'))
  const choice = readToolConfig(nodeOf(root, 'toolConfig'))
  const serviceTier = textOf(root, 'serviceTier')
  const rest = gather(restOf(body, CALL), { generationConfig: config.rest, toolConfig: choice.rest })
  return {
    kind: 'chat',
    dialect: 'gemini',
    model: (textOf(root, 'model') ?? '').replace(/^models\//, ''),
    messages,
    tools: nodesOf(root, 'tools').flatMap(readTool),
    ...(choice.toolChoice === undefined ? {} : { toolChoice: choice.toolChoice }),
    ...config.fields,
    stream: body['stream'] === true,
    includeUsage: true,
    ...(serviceTier === undefined ? {} : { serviceTier }),
    ...withRest(rest),
  }
}

function gather(rest: Rest | undefined, inner: Readonly<Record<string, Rest | undefined>>): Rest | undefined {
  const kept = Object.entries(inner).filter(([, value]) => value !== undefined)
  return kept.length === 0 ? rest : { ...rest, ...Object.fromEntries(kept) }
}

function readSystem(root: Node): readonly Message[] {
  const key = keyOf(root.json, 'systemInstruction')
  if (key === undefined) return []
  const value = root.json[key]
  if (typeof value === 'string') return [{ role: 'system', blocks: [{ kind: 'text', text: value, at: [key] }] }]
  const content = nodeOf(root, 'systemInstruction')
  if (content === undefined) return []
  const parts = keyOf(content.json, 'parts') === undefined ? [content] : nodesOf(content, 'parts')
  const ids = callIds()
  return [{ role: 'system', blocks: parts.map((part) => readPart(part, ids)) }]
}

/** One content; the function responses among a user's parts become turns of role `tool`. */
function readContent(content: Node, ids: CallIds): readonly Message[] {
  const role = readRole(content)
  const parts = nodesOf(content, 'parts')
  const rest = withRest(restOf(content.json, CONTENT))
  if (role === 'assistant' || !parts.some(isResponsePart)) {
    return [{ role, blocks: parts.map((part) => readPart(part, ids)), ...rest }]
  }
  const messages: { role: 'tool' | 'user'; blocks: Block[] }[] = []
  for (const part of parts) {
    const partRole = isResponsePart(part) ? 'tool' : 'user'
    const block = readPart(part, ids)
    const last = messages.at(-1)
    if (last?.role === partRole) last.blocks.push(block)
    else messages.push({ role: partRole, blocks: [block] })
  }
  return messages.map((message) => ({ ...message, ...rest }))
}

function readRole(content: Node): 'user' | 'assistant' {
  const role = textOf(content, 'role') ?? 'user'
  if (role === 'model') return 'assistant'
  // `function` is what the first SDKs sent for a turn of function responses.
  if (role === 'user' || role === 'function' || role === '') return 'user'
  throw malformed([...content.at, 'role'], '"user" or "model"')
}

function readTool(tool: Node): readonly Tool[] {
  const declared = nodesOf(tool, 'functionDeclarations').map(readDeclaration)
  const native = Object.keys(tool.json)
    .filter((key) => !TOOL.has(key) && tool.json[key] !== null)
    .map((key): Tool => ({ kind: 'native', dialect: 'gemini', name: key, value: { [key]: tool.json[key] } }))
  return [...declared, ...native]
}

function readDeclaration(declaration: Node): Tool {
  const name = textOf(declaration, 'name')
  if (!name) throw malformed([...declaration.at, 'name'], 'the name of a function')
  const description = textOf(declaration, 'description')
  const subset = nodeOf(declaration, 'parameters')
  const parameters = nodeOf(declaration, 'parametersJsonSchema')?.json ?? (subset && readSchema(subset.json))
  return {
    kind: 'function',
    name,
    ...(description === undefined ? {} : { description }),
    ...(parameters === undefined ? {} : { parameters }),
    at: declaration.at,
    ...withRest(restOf(declaration.json, DECLARATION)),
  }
}

interface ReadChoice {
  readonly toolChoice?: ToolChoice
  readonly rest?: Rest
}

const TOOL_CONFIG = knownNames('functionCallingConfig')
const CALLING = knownNames('mode', 'allowedFunctionNames')

function readToolConfig(config: Node | undefined): ReadChoice {
  if (config === undefined) return {}
  const outer = restOf(config.json, TOOL_CONFIG)
  const calling = nodeOf(config, 'functionCallingConfig')
  if (calling === undefined) return withRest(outer)
  const mode = (textOf(calling, 'mode') ?? 'AUTO').toUpperCase()
  const names = textsOf(calling, 'allowedFunctionNames') ?? []
  const inner = restOf(calling.json, CALLING)
  // VALIDATED is Gemini's alone: the mode is kept for Gemini, other dialects hear what is nearest.
  const own = mode === 'VALIDATED' ? { ...inner, mode } : inner
  const rest = own === undefined ? outer : { ...outer, functionCallingConfig: own }
  return { toolChoice: chooseTool(mode, names, calling.at), ...withRest(rest) }
}

function chooseTool(mode: string, names: readonly string[], at: Path): ToolChoice {
  const [first, second] = names
  switch (mode) {
    case 'NONE':
      return { kind: 'none' }
    case 'ANY':
      if (first === undefined) return { kind: 'required' }
      return second === undefined ? { kind: 'named', name: first } : { kind: 'allowed', names, required: true }
    case 'AUTO':
    case 'VALIDATED':
    case 'MODE_UNSPECIFIED':
      return first === undefined ? { kind: 'auto' } : { kind: 'allowed', names, required: false }
    default:
      throw malformed([...at, 'mode'], 'AUTO, ANY, NONE or VALIDATED')
  }
}
