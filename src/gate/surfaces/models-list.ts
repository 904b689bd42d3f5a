import { GatewayError } from '../../lib/errors.ts'
import { anthropicMessages, openaiChat } from '../../models/dialects/index.ts'
import type { ModelPlan } from '../../models/routing/index.ts'
import type { Exchange } from '../exchange.ts'
import type { Incoming } from '../incoming.ts'
import { localOperation } from '../local-operation.ts'
import { usableModels } from '../usable-models.ts'
import { asOperation, type Params, type Surface } from './surface.ts'

/** Anthropic's clients name their API revision; the same address then answers in their shape. */
function isAnthropic(incoming: Incoming): boolean {
  return incoming.headers.has('anthropic-version')
}

function openaiModel(plan: ModelPlan, exchange: Exchange) {
  const created = Math.floor(exchange.snapshot.publishedAt / 1_000)
  return { id: plan.name, object: 'model', created, owned_by: 'gatehouse' }
}

function anthropicModel(plan: ModelPlan, exchange: Exchange) {
  const createdAt = new Date(exchange.snapshot.publishedAt).toISOString()
  return { type: 'model', id: plan.name, display_name: plan.name, created_at: createdAt }
}

function list(exchange: Exchange, plans: readonly ModelPlan[]): object {
  if (!isAnthropic(exchange.operation.incoming)) {
    return { object: 'list', data: plans.map((plan) => openaiModel(plan, exchange)) }
  }
  const models = plans.map((plan) => anthropicModel(plan, exchange))
  return { data: models, has_more: false, first_id: models[0]?.id ?? null, last_id: models.at(-1)?.id ?? null }
}

function one(exchange: Exchange, plans: readonly ModelPlan[], name: string): object {
  const plan = plans.find((candidate) => candidate.name === name)
  if (!plan) throw new GatewayError('model_not_found', { param: 'model' })
  return isAnthropic(exchange.operation.incoming) ? anthropicModel(plan, exchange) : openaiModel(plan, exchange)
}

function operation(incoming: Incoming, params: Params) {
  const name = params.model
  return asOperation(
    localOperation(
      {
        name: 'models-list',
        kind: 'model.list',
        encodeError: isAnthropic(incoming) ? anthropicMessages.encodeError : openaiChat.encodeError,
        answer: (exchange, grant) => {
          const plans = usableModels(exchange, grant.caller)
          return name === undefined ? list(exchange, plans) : one(exchange, plans, name)
        },
      },
      incoming,
    ),
  )
}

/** The models a key may use, in OpenAI's or Anthropic's shape. */
export const modelsListSurface: Surface = {
  name: 'models-list',
  prefixes: ['/v1/models'],
  routes: [
    { method: 'GET', path: '/v1/models', operation },
    { method: 'GET', path: '/v1/models/*model', operation },
    { method: 'GET', path: '/anthropic/v1/models', operation },
    { method: 'GET', path: '/anthropic/v1/models/*model', operation },
  ],
  encodeError: openaiChat.encodeError,
}
