import type { Finish } from '../canonical.ts'

/** What an answer held besides its finish reason. */
export interface FinishContext {
  readonly hasToolCalls: boolean
  readonly hasRefusal: boolean
  /** vLLM's `stop_reason`: the stop string that matched. */
  readonly stopSequence?: string | undefined
}

/**
 * A CC `finish_reason`, also in the words of compatible servers (`eos`, `model_length`, `end_turn`). `stop` with tool calls is
 * `tool-calls`: OpenAI says `stop` when the tool was forced by name.
 */
export function decodeFinish(reason: string, context: FinishContext): Finish {
  switch (reason) {
    case 'tool_calls':
    case 'function_call':
      return 'tool-calls'
    case 'stop':
    case 'eos':
    case 'eos_token':
    case 'end_turn':
    case 'stop_sequence':
      if (context.hasToolCalls) return 'tool-calls'
      if (context.hasRefusal) return 'refusal'
      return context.stopSequence === undefined ? 'stop' : 'stop-sequence'
    case 'length':
    case 'max_tokens':
    case 'model_length':
      return 'length'
    case 'content_filter':
    case 'content-filter':
      return 'content-filter'
    case 'refusal':
      return 'refusal'
    default:
      return 'other'
  }
}

/** A finish as CC says it. A refusal without a refusal text is what CC calls `content_filter`. */
export function encodeFinish(
  finish: Finish,
  context: { readonly legacy: boolean; readonly hasRefusal: boolean },
): string {
  switch (finish) {
    case 'tool-calls':
      return context.legacy ? 'function_call' : 'tool_calls'
    case 'length':
      return 'length'
    case 'content-filter':
      return 'content_filter'
    case 'refusal':
      return context.hasRefusal ? 'stop' : 'content_filter'
    default:
      return 'stop'
  }
}
