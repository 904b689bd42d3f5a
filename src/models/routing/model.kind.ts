import { z } from 'zod'
import {
  type Document,
  type DocumentSet,
  defineKind,
  duration,
  type ProblemAt,
  type Reference,
} from '../../platform/documents/index.ts'
import { conditionProblem } from './condition.ts'

const RETRY_ON = ['429', '5xx', 'timeout', 'unreachable'] as const
const FALLBACK_ON = ['error', 'rate-limited', 'context-length', 'content-filter'] as const

const target = z.strictObject({
  name: z.string().min(1).max(128).optional(),
  provider: z.string().min(1).max(128),
  model: z.string().min(1).max(256),
  weight: z.number().int().min(0).max(1_000_000).default(1),
})

const schema = z.strictObject({
  targets: z.array(target).min(1).max(64),
  strategy: z.enum(['priority', 'weighted', 'least-latency', 'least-cost', 'least-busy', 'rules']).optional(),
  rules: z
    .array(z.strictObject({ when: z.string().min(1).max(2_048), target: z.string().min(1).max(256) }))
    .max(64)
    .default([]),
  retry: z
    .strictObject({
      attempts: z.number().int().min(1).max(10).optional(),
      on: z.array(z.preprocess(String, z.enum(RETRY_ON))).default([...RETRY_ON]),
    })
    .default({ on: [...RETRY_ON] }),
  fallback: z
    .strictObject({
      on: z.array(z.enum(FALLBACK_ON)).default([...FALLBACK_ON]),
      to: z.array(z.string()).min(1).max(16),
    })
    .optional(),
  timeout: z
    .strictObject({
      connect: duration().optional(),
      firstToken: duration().optional(),
      idle: duration().optional(),
      total: duration().optional(),
    })
    .default({}),
  /** Refuse what a target cannot honour, instead of dropping it with a warning. */
  strict: z.boolean().default(false),
  /** What to do when no price is known: serve and flag, or refuse. */
  unpriced: z.enum(['flag', 'refuse']).default('flag'),
})

/** The `spec` of a Model document. */
export type ModelSpec = z.infer<typeof schema>

/** What callers ask for; routes to targets. */
export const modelKind = defineKind<ModelSpec>({
  kind: 'Model',
  names: 'path',
  summary: 'A model as callers name it: where its calls go, in which order, and what happens when a target fails.',
  schema,
  references: (spec) => [
    ...spec.targets.map(
      (entry, index): Reference => ({ at: ['targets', index, 'provider'], kind: 'Provider', name: entry.provider }),
    ),
    ...(spec.fallback?.to ?? []).map(
      (name, index): Reference => ({ at: ['fallback', 'to', index], kind: 'Model', name }),
    ),
  ],
  problems: modelProblems,
  example: `apiVersion: gatehouse/v1
kind: Model
metadata: {name: assistant}
spec:
  targets:
    - {provider: openai, model: gpt-5-mini}
`,
})

function modelProblems({ spec, name }: Document<ModelSpec>, documents: DocumentSet): ProblemAt[] {
  const problems: ProblemAt[] = []
  if (spec.strategy === 'rules' && spec.rules.length === 0) {
    problems.push({ at: ['strategy'], message: 'the strategy rules needs at least one rule' })
  }
  if (spec.fallback?.to.includes(name))
    problems.push({ at: ['fallback', 'to'], message: 'a model cannot fall back to itself' })
  if (spec.strategy === 'weighted' && spec.targets.every((entry) => entry.weight === 0)) {
    problems.push({ at: ['targets'], message: 'no target has a weight above 0' })
  }
  spec.rules.forEach((rule, index) => {
    const wrong = conditionProblem(rule.when)
    if (wrong) problems.push({ at: ['rules', index, 'when'], message: wrong })
    const known = spec.targets.some((entry) => entry.name === rule.target || entry.model === rule.target)
    if (!known && !documents.get(modelKind, rule.target)) {
      problems.push({
        at: ['rules', index, 'target'],
        message: `${rule.target} is neither a target of this model nor a Model document`,
      })
    }
  })
  return problems
}
