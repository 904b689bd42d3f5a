import { manualClock } from '../../lib/clock.ts'
import { parseJson } from '../../lib/json.ts'
import { documentSet } from '../../platform/documents/index.ts'
import { compilePricing, createCatalog, pricingKind } from '../catalog/index.ts'
import { type ChatDialect, type JsonObject, openaiChat } from '../dialects/index.ts'
import {
  providerKind,
  type Transport,
  tokenCache,
  type UpstreamRequest,
  type UpstreamResponse,
} from '../providers/index.ts'
import { askChat, type ChatAsk } from './ask-chat.ts'
import { askEmbed } from './ask-embed.ts'
import { deadlineWatch } from './deadline.ts'
import { modelKind } from './model.kind.ts'
import { compileModels } from './plan.ts'
import type { Attempt } from './served.ts'
import type { Upstream } from './upstream.ts'

/** 2026-11-22T12:00:00Z. */
export const NOW = Date.UTC(2026, 10, 22, 12)

/** A catalogue that every test shares: nothing changes it. */
const CATALOG = createCatalog()

/** An answer of a fake upstream. */
export function answered(
  status: number,
  body: string | Uint8Array,
  contentType = 'application/json',
): UpstreamResponse {
  const response = new Response(body as BodyInit, { status, headers: { 'content-type': contentType } })
  return { status, headers: response.headers, body: response.body, text: () => response.text() }
}

/** An upstream that never answers: gives up when its caller does. */
export function silent(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
}

/** What a test sets up: one provider, what it answers, and what it saw. */
export interface Rehearsal {
  readonly provider: string
  readonly model: string
  readonly secret?: string
  readonly answer: (request: UpstreamRequest, signal: AbortSignal) => UpstreamResponse | Promise<UpstreamResponse>
}

/** A target resolved from documents, and an upstream that is answered by the test. */
export function rehearse(rehearsal: Rehearsal) {
  const credential = rehearsal.secret === undefined ? '' : ', credential: secret://env/UPSTREAM_KEY'
  const documents = documentSet(
    [providerKind, modelKind, pricingKind],
    `apiVersion: gatehouse/v1
kind: Provider
metadata: {name: upstream}
spec: {${rehearsal.provider}${credential}}
---
apiVersion: gatehouse/v1
kind: Model
metadata: {name: asked}
spec: {targets: [{provider: upstream, model: '${rehearsal.model}'}]}
`,
  )
  const plan = compileModels(documents, { catalog: CATALOG, pricing: compilePricing(documents) }).get('asked')
  const target = plan?.targets[0]
  if (!plan || !target) throw new Error('the documents have no target')
  const clock = manualClock(NOW)
  const sent: UpstreamRequest[] = []
  const warnings: string[] = []
  const transport: Transport = async (request, signal) => {
    sent.push(request)
    return rehearsal.answer(request, signal)
  }
  const upstream: Upstream = {
    clock,
    watch: deadlineWatch(clock),
    transport,
    tokens: tokenCache(clock),
    secret: () => rehearsal.secret,
  }
  const attempt = (): Attempt => ({ target, startedAt: NOW, startedTick: 0, durationMs: 0, sent: false })
  const common = {
    upstream,
    strict: false,
    warn: (text: string) => warnings.push(text),
    signal: new AbortController().signal,
  }
  return {
    clock,
    sent,
    warnings,
    target,
    chat: (text: string, options: Partial<ChatAsk> & { readonly dialect?: ChatDialect } = {}) => {
      const { dialect = openaiChat, ...more } = options
      const call = dialect.decodeCall(parseJson(text) as JsonObject)
      const original = { dialect: dialect.name, text, edits: [], stream: call.stream }
      return askChat({ ...common, call, original, ...more }, target, attempt(), plan)
    },
    embed: (inputs: readonly string[]) =>
      askEmbed(
        {
          ...common,
          call: {
            kind: 'embed',
            dialect: 'openai-embeddings',
            model: 'asked',
            inputs: inputs.map((input) => ({ kind: 'text', text: input })),
            encoding: 'float',
          },
          original: undefined,
        },
        target,
        attempt(),
        plan,
      ),
  }
}
