import {
  anthropicMessages,
  anthropicMeter,
  countAnthropicTokens,
  encodeAnthropicError,
} from '../../models/dialects/index.ts'
import { bodyOf, chatOperation } from '../chat-operation.ts'
import { countOperation } from '../count-operation.ts'
import type { Incoming } from '../incoming.ts'
import { forwardedBetas } from './anthropic-betas.ts'
import { asOperation, type Surface, type SurfaceRoute } from './surface.ts'

const SURFACE = {
  name: 'anthropic-messages',
  dialect: anthropicMessages,
  idPrefix: 'msg_',
  pass: { meter: anthropicMeter, usageMark: '' },
  forwards: forwardedBetas,
}

const messages = (incoming: Incoming) => asOperation(chatOperation(SURFACE, incoming))
const countTokens = (incoming: Incoming) =>
  asOperation(
    countOperation(
      {
        name: 'anthropic-count-tokens',
        dialect: anthropicMessages,
        call: () => countAnthropicTokens.decodeCall(bodyOf(incoming)),
        encode: countAnthropicTokens.encode,
      },
      incoming,
    ),
  )

/** The SDK is pointed at the bare origin, or at `/anthropic` where `/v1` belongs to others. */
const routes = (base: string): readonly SurfaceRoute[] => [
  { method: 'POST', path: `${base}/v1/messages`, operation: messages },
  { method: 'POST', path: `${base}/v1/messages/count_tokens`, operation: countTokens },
]

/** Anthropic messages and token counts. */
export const anthropicMessagesSurface: Surface = {
  name: 'anthropic-messages',
  prefixes: ['/v1/messages', '/anthropic/'],
  routes: [...routes(''), ...routes('/anthropic')],
  encodeError: encodeAnthropicError,
}
