import { GatewayError } from '../../lib/errors.ts'
import type { ChatCall, Rest } from './canonical.ts'
import type { EncodeContext } from './dialect.ts'

/** A parameter the target cannot honour: refused in strict mode, else dropped and declared. */
export function dropParameter(context: EncodeContext, parameter: string, why?: string): void {
  if (context.strict) throw unsupportedParameter(context, parameter, why)
  context.warn(`dropped: ${parameter}`)
}

/** A parameter the target honours only in part: refused in strict mode, else changed and declared. */
export function changeParameter(context: EncodeContext, parameter: string, change: string): void {
  if (context.strict) throw unsupportedParameter(context, parameter, change)
  context.warn(`changed: ${parameter} (${change})`)
}

/** A piece of the conversation that may be left out without lying about it: refused in strict mode, else declared. */
export function dropContent(context: EncodeContext, content: string): void {
  if (context.strict) throw unsupportedContent(context, content)
  context.warn(`dropped: ${content}`)
}

/** The refusal of a parameter, naming it. */
export function unsupportedParameter(context: EncodeContext, parameter: string, why?: string): GatewayError {
  const reason = why === undefined ? '' : ` (${why})`
  return new GatewayError('unsupported_parameter', {
    message: `The model ${context.target.model} does not take ${parameter}${reason}.`,
    param: parameter,
  })
}

/** The refusal of a piece of content, naming it. */
export function unsupportedContent(context: EncodeContext, content: string): GatewayError {
  return new GatewayError('unsupported_content', {
    message: `The model ${context.target.model} does not take ${content}.`,
  })
}

/** Declares each of a foreign call's unknown fields lost, but for those that ask for nothing. */
export function dropRest(context: EncodeContext, rest: Rest): void {
  for (const [key, value] of Object.entries(rest)) if (saysSomething(value)) dropParameter(context, key)
}

/** `n` > 1 for a target that gives one answer a call: refused in any mode, never silently 1. */
export function refuseSeveralAnswers(call: ChatCall, context: EncodeContext): void {
  if ((call.sampling.n ?? 1) > 1) throw unsupportedParameter(context, 'n', 'it gives one answer a call')
}

/** Null, false and empty values ask for nothing: leaving them out loses nothing. */
function saysSomething(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === '') return false
  return typeof value !== 'object' || Object.keys(value).length > 0
}
