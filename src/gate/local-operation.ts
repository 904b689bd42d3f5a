import type { OperationKind } from '../governance/usage/index.ts'
import { GatewayError } from '../lib/errors.ts'
import type { ChatDialect } from '../models/dialects/index.ts'
import type { Exchange } from './exchange.ts'
import type { LocalGoverned } from './governed.ts'
import type { Grant } from './grant.ts'
import type { Incoming } from './incoming.ts'
import type { Operation } from './operation.ts'

/** What the gate answers by itself: a list, a count, something stored. */
export interface LocalAnswer {
  readonly name: string
  readonly kind: OperationKind
  readonly encodeError: ChatDialect['encodeError']
  /** The model it is about, where access to one must be granted. Throws like any decoder. */
  readonly model?: () => string
  readonly answer: (exchange: Exchange, grant: Grant) => Promise<object> | object
}

/** An operation that reaches no upstream. It walks the whole story all the same. */
export function localOperation(local: LocalAnswer, incoming: Incoming): Operation<LocalGoverned> {
  return {
    kind: local.kind,
    surface: local.name,
    incoming,
    decode: () => {
      if (incoming.fault) throw incoming.fault
      const model = local.model?.()
      const call: LocalGoverned = {
        kind: 'local',
        resource: model === undefined ? undefined : { kind: 'model', name: model },
        estimate: { inputTokens: 0, outputTokens: 0 },
        facts: { stream: false, tools: false, tokens: 0, model: model ?? '' },
        segments: () => [],
        withTexts: () => call,
      }
      return call
    },
    perform: async (exchange, grant) => ({
      kind: 'ready',
      status: 200,
      body: JSON.stringify(await local.answer(exchange, grant)),
    }),
    encode: (_exchange, answer) => {
      if (answer.kind !== 'ready')
        throw new GatewayError('internal', { internalDetail: `a local answer of kind ${answer.kind}` })
      return { kind: 'whole', status: answer.status, body: answer.body }
    },
    encodeError: local.encodeError,
  }
}
