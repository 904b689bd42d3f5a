import type { ChatCall, ResponseFormat, Rest, Sampling } from '../canonical.ts'
import {
  compact,
  flagOf,
  knownNames,
  memberOf,
  type Node,
  nodeOf,
  numberOf,
  restOf,
  textOf,
  textsOf,
  withRest,
} from './fields.ts'
import { readSchema } from './schema.ts'
import { readThinking } from './thinking.ts'

const PLAIN = ['temperature', 'topP', 'topK', 'seed', 'frequencyPenalty', 'presencePenalty'] as const
const KNOWN = knownNames(
  ...PLAIN,
  'stopSequences',
  'candidateCount',
  'responseLogprobs',
  'logprobs',
  'maxOutputTokens',
  'thinkingConfig',
  'responseMimeType',
  'responseSchema',
  'responseJsonSchema',
)
const FORMAT = knownNames('responseMimeType', 'responseSchema', 'responseJsonSchema')

/** What `generationConfig` says, and the members that have no canonical word. */
export interface ReadConfig {
  readonly fields: Pick<ChatCall, 'sampling' | 'maxOutputTokens' | 'reasoning' | 'responseFormat'>
  readonly rest?: Rest
}

/** `generationConfig` in canonical form. Throws `invalid_request` for members of a wrong type. */
export function readConfig(config: Node | undefined): ReadConfig {
  if (config === undefined) return { fields: { sampling: {} } }
  const thinking = nodeOf(config, 'thinkingConfig')
  const maxOutputTokens = numberOf(config, 'maxOutputTokens')
  const responseFormat = readFormat(config)
  // A format that is Gemini's alone (`text/x.enum`) stays among the unknown members.
  const known = responseFormat === undefined ? new Set([...KNOWN].filter((name) => !FORMAT.has(name))) : KNOWN
  return {
    fields: {
      sampling: readSampling(config),
      ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
      ...(thinking === undefined ? {} : { reasoning: readThinking(thinking) }),
      ...(responseFormat === undefined ? {} : { responseFormat }),
    },
    ...withRest(restOf(config.json, known)),
  }
}

function readSampling(config: Node): Sampling {
  return compact({
    ...Object.fromEntries(PLAIN.map((name) => [name, numberOf(config, name)])),
    stop: textsOf(config, 'stopSequences'),
    n: numberOf(config, 'candidateCount'),
    logprobs: flagOf(config, 'responseLogprobs'),
    topLogprobs: numberOf(config, 'logprobs'),
  })
}

function readFormat(config: Node): ResponseFormat | undefined {
  const mimeType = textOf(config, 'responseMimeType')
  if (mimeType === 'text/plain') return { kind: 'text' }
  if (mimeType !== 'application/json') return undefined
  const jsonSchema = memberOf(config.json, 'responseJsonSchema')
  const subset = memberOf(config.json, 'responseSchema')
  if (jsonSchema === undefined && subset === undefined) return { kind: 'json' }
  return { kind: 'json-schema', name: 'response', schema: jsonSchema ?? readSchema(subset) }
}
