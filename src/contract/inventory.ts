import { z } from 'zod'
import { budgetStateAnswer } from './budgets.ts'
import { listOf } from './list.ts'
import { targetAnswer } from './targets.ts'

/** Prices in dollars a million tokens, as decimal text; what is absent costs as the kind it is part of. */
export const priceAnswer = z.strictObject({
  inputUsdPerMillion: z.string(),
  outputUsdPerMillion: z.string(),
  cacheReadUsdPerMillion: z.string().optional(),
  cacheWriteUsdPerMillion: z.string().optional(),
  perRequestUsd: z.string().optional(),
  /** The catalogue's date, or the document that says it. */
  version: z.string(),
})

/** What was used in a span: operations, tokens, cost. */
export const spendAnswer = z.strictObject({
  operations: z.number().int(),
  failed: z.number().int(),
  tokens: z.number().int(),
  costUsd: z.string(),
  costNanoUsd: z.number().int(),
})
/** What was used in a span. */
export type SpendAnswer = z.infer<typeof spendAnswer>

/** A model as callers name it, with where its calls go and what they cost there. */
export const modelAnswer = z.strictObject({
  name: z.string(),
  labels: z.record(z.string(), z.string()),
  strategy: z.string(),
  targets: z.array(
    z.strictObject({
      provider: z.string(),
      model: z.string(),
      weight: z.number(),
      contextTokens: z.number().int().optional(),
      /** Absent: not known, which is never the same as free. */
      price: priceAnswer.optional(),
      health: targetAnswer.optional(),
    }),
  ),
  fallbackTo: z.array(z.string()),
  /** Whether the caller may use it now. */
  may: z.boolean(),
  reason: z.string(),
  owner: z.string(),
  /** In the last 30 days, within the caller's reach. */
  spend: spendAnswer,
})
/** A model with its prices. */
export type ModelAnswer = z.infer<typeof modelAnswer>

/** A provider, its targets' health and what went through it in the last 24 hours. */
export const providerAnswer = z.strictObject({
  name: z.string(),
  type: z.string(),
  baseUrl: z.string().optional(),
  network: z.enum(['public', 'private']),
  hasCredential: z.boolean(),
  models: z.array(z.string()),
  targets: z.array(targetAnswer),
  /** `cooling` when every target that was called is; `unknown` when none was. */
  state: z.enum(['healthy', 'degraded', 'cooling', 'unknown']),
  owner: z.string(),
  spend: spendAnswer,
})
/** A provider with its health. */
export type ProviderAnswer = z.infer<typeof providerAnswer>

/** A team with what it has and spends. */
export const teamAnswer = z.strictObject({
  name: z.string(),
  parent: z.string().optional(),
  managers: z.array(z.string()),
  members: z.array(z.string()),
  ssoGroups: z.array(z.string()),
  apps: z.array(z.string()),
  agents: z.array(z.string()),
  keys: z.number().int(),
  owner: z.string(),
  /** Of the team itself, without those below it, in this month (UTC). */
  spend: spendAnswer,
  /** The budgets that name it. */
  budgets: z.array(budgetStateAnswer),
})
/** A team with what it has and spends. */
export type TeamAnswer = z.infer<typeof teamAnswer>

/** An app or an agent, with what it spends. */
export const programAnswer = z.strictObject({
  /** `app:portal`, `agent:sorter`. */
  principal: z.string(),
  kind: z.enum(['app', 'agent']),
  name: z.string(),
  team: z.string().optional(),
  /** The person who answers for it. */
  responsible: z.string().optional(),
  purpose: z.string().optional(),
  riskTier: z.number().int().optional(),
  actsFor: z.enum(['itself', 'user']).optional(),
  keys: z.number().int(),
  owner: z.string(),
  /** In this month (UTC). */
  spend: spendAnswer,
  budgets: z.array(budgetStateAnswer),
})
/** An app or an agent. */
export type ProgramAnswer = z.infer<typeof programAnswer>

/** Answers of the lists; each has one page. */
export const modelsAnswer = listOf(modelAnswer)
/** Providers. */
export const providersAnswer = listOf(providerAnswer)
/** Teams. */
export const teamsAnswer = listOf(teamAnswer)
/** Apps and agents. */
export const programsAnswer = listOf(programAnswer)
