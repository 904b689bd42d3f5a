import { GatewayError } from '../../lib/errors.ts'
import { anthropicMessages, type ChatDialect, gemini, openaiChat } from '../../models/dialects/index.ts'
import type { ModelPlan } from '../../models/routing/index.ts'
import type { Exchange } from '../exchange.ts'
import type { Incoming } from '../incoming.ts'
import { localOperation } from '../local-operation.ts'
import { usableModels } from '../usable-models.ts'
import { asOperation, type Params, type Surface } from './surface.ts'

/** How a vendor lists models. */
interface Listing {
  readonly encodeError: ChatDialect['encodeError']
  readonly list: (models: readonly object[], plans: readonly ModelPlan[]) => object
  /** `publishedAt` is when the policy that knows the model was published, epoch milliseconds. */
  readonly one: (plan: ModelPlan, publishedAt: number) => object
}

const OPENAI: Listing = {
  encodeError: openaiChat.encodeError,
  list: (models) => ({ object: 'list', data: models }),
  one: ({ name }, publishedAt) => ({
    id: name,
    object: 'model',
    created: Math.floor(publishedAt / 1_000),
    owned_by: 'gatehouse',
  }),
}

const ANTHROPIC: Listing = {
  encodeError: anthropicMessages.encodeError,
  list: (models, plans) => ({
    data: models,
    has_more: false,
    first_id: plans[0]?.name ?? null,
    last_id: plans.at(-1)?.name ?? null,
  }),
  one: ({ name }, publishedAt) => {
    return { type: 'model', id: name, display_name: name, created_at: new Date(publishedAt).toISOString() }
  },
}

const METHODS = ['generateContent', 'streamGenerateContent', 'countTokens', 'embedContent']

const GEMINI: Listing = {
  encodeError: gemini.encodeError,
  list: (models) => ({ models }),
  one: ({ name }) => ({ name: `models/${name}`, displayName: name, supportedGenerationMethods: METHODS }),
}

/** Vendors' clients share addresses; Anthropic's name their API revision, and Google's carry their key in its own place. */
function listingFor({ path, headers, query }: Incoming): Listing {
  if (headers.has('anthropic-version')) return ANTHROPIC
  const isGoogle = path.includes('/v1beta/') || headers.has('x-goog-api-key') || query.has('key')
  return isGoogle ? GEMINI : OPENAI
}

function answer(exchange: Exchange, plans: readonly ModelPlan[], name: string | undefined): object {
  const listing = listingFor(exchange.operation.incoming)
  const { publishedAt } = exchange.snapshot
  if (name === undefined) {
    const models = plans.map((plan) => listing.one(plan, publishedAt))
    return listing.list(models, plans)
  }
  const plan = plans.find((candidate) => candidate.name === name)
  if (!plan) throw new GatewayError('model_not_found', { param: 'model' })
  return listing.one(plan, publishedAt)
}

function operation(incoming: Incoming, { model }: Params) {
  return asOperation(
    localOperation(
      {
        name: 'models-list',
        kind: 'model.list',
        encodeError: listingFor(incoming).encodeError,
        answer: (exchange, grant) => answer(exchange, usableModels(exchange, grant.caller), model),
      },
      incoming,
    ),
  )
}

/** The models a key may use, in OpenAI's, Anthropic's or Gemini's shape. */
export const modelsListSurface: Surface = {
  name: 'models-list',
  prefixes: ['/v1/models'],
  routes: ['/v1', '/anthropic/v1', '/v1beta', '/gemini/v1', '/gemini/v1beta'].flatMap((base) => [
    { method: 'GET', path: `${base}/models`, operation },
    { method: 'GET', path: `${base}/models/*model`, operation },
  ]),
  encodeError: openaiChat.encodeError,
}
