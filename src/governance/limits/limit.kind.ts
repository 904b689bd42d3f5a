import { z } from 'zod'
import {
  defineKind,
  type Kind,
  modeField,
  type Rate,
  rate,
  resourcePattern,
  scopeRef,
} from '../../platform/documents/index.ts'
import { scopeReferences } from './scope-reference.ts'

/** What a limit or a budget is counted for separately. */
export type Per = 'user' | 'app' | 'agent' | 'key' | 'team' | 'model'

/** All of {@link Per}. */
export const PER = ['user', 'app', 'agent', 'key', 'team', 'model'] as const

/** What a Limit says. Everybody it applies to shares it, unless `per` gives each their own. */
export interface LimitSpec {
  readonly appliesTo: readonly string[]
  readonly per?: Per | undefined
  readonly requests?: Rate | undefined
  /** Input and output together. */
  readonly tokens?: Rate | undefined
  /** Calls in flight. */
  readonly concurrency?: number | undefined
  /** Only operations on these resources count; all when absent. */
  readonly on?: readonly string[] | undefined
  readonly mode: 'enforce' | 'monitor' | 'off'
}

/** How often, how much and how many at once. */
export const limitKind: Kind<LimitSpec> = defineKind<LimitSpec>({
  kind: 'Limit',
  summary: 'How many requests and tokens in a time, and how many calls at once.',
  schema: z.strictObject({
    appliesTo: z.array(scopeRef()).min(1).max(1_000),
    per: z.enum(PER).optional(),
    requests: rate().optional(),
    tokens: rate().optional(),
    concurrency: z.int().min(1).max(1_000_000).optional(),
    on: z.array(resourcePattern()).min(1).max(1_000).optional(),
    mode: modeField(),
  }),
  references: (spec) => [...scopeReferences('appliesTo', spec.appliesTo), ...scopeReferences('on', spec.on ?? [])],
  problems: ({ spec }) =>
    spec.requests || spec.tokens || spec.concurrency
      ? []
      : [{ at: [], message: 'this limit limits nothing', hint: 'Write requests, tokens or concurrency.' }],
  example: `apiVersion: gatehouse/v1
kind: Limit
metadata: {name: each-person}
spec: {appliesTo: [org], per: user, requests: 60/min, tokens: 200000/min, concurrency: 10}
`,
})
