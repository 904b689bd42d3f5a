import { isObject } from '../../../lib/json.ts'
import type { ResponseFormat } from '../canonical.ts'
import type { JsonObject } from '../dialect.ts'

/**
 * The reserved name of the tool by which a model without native structured output gives a JSON answer. Decoders know it
 * by this name and turn the call back into text, so that nothing has to be remembered between request and answer.
 */
export const JSON_TOOL = 'gatehouse_json_answer'

/** What the tool by which an answer is given says of itself. */
export function jsonToolDescription(format: ResponseFormat): string {
  const about = format.kind === 'json-schema' && format.description !== undefined ? ` ${format.description}` : ''
  return `Gives the whole answer to the user: the arguments of this tool are the JSON that is sent.${about}`
}

/** The schema of the JSON tool's arguments: the asked one, or any object. */
export function jsonToolSchema(format: ResponseFormat): JsonObject {
  return format.kind === 'json-schema' ? objectSchema(format.schema) : { type: 'object', additionalProperties: true }
}

/** A tool's schema as Anthropic and Bedrock demand it: present, and of type `object`. */
export function objectSchema(schema: unknown): JsonObject {
  if (!isObject(schema)) return { type: 'object', properties: {} }
  return schema.type === 'object' ? schema : { ...schema, type: 'object' }
}
