import type { DecisionAnswer, OperationAnswer } from '../contract/operations.ts'
import { grantKind } from '../governance/access/index.ts'
import type { OperationRecord } from '../governance/usage/index.ts'
import { formatUsd } from '../lib/money.ts'
import type { DocumentSet } from '../platform/documents/index.ts'

/** The documents that an operation was decided by, where they are kept. */
export interface DecidedBy {
  readonly number: number
  readonly documents: DocumentSet
}

/** Attempts as answers show them: instants as RFC 3339, money as dollars and nano-dollars. */
export function attemptAnswers(attempts: OperationRecord['attempts']): readonly Readonly<Record<string, unknown>>[] {
  return attempts.map(({ startedAt, cost, ...attempt }) => ({
    ...attempt,
    startedAt: new Date(startedAt).toISOString(),
    costUsd: formatUsd(cost),
    costNanoUsd: cost,
  }))
}

/** Everything that led to an answer: the grants as they stood then, the prices, the attempts, the findings. */
export function decisionAnswerOf(record: OperationRecord, decidedBy: DecidedBy | undefined): DecisionAnswer {
  const { decision, principal, modelAsked, priceVersion, key, team, user, modelServed, provider } = record
  return {
    id: record.decisionId,
    operationId: record.id,
    requestId: record.requestId,
    at: new Date(record.at).toISOString(),
    ...(principal !== undefined && { principal }),
    ...(key !== undefined && { key }),
    ...(team !== undefined && { team }),
    ...(user !== undefined && { user }),
    ...(modelAsked !== undefined && { resource: `model:${modelAsked}` }),
    ...(modelServed !== undefined && { modelServed }),
    ...(provider !== undefined && { provider }),
    outcome: record.outcome satisfies OperationAnswer['outcome'],
    effect: decision.effect,
    rules: [...decision.rules],
    ...(decision.reason !== undefined && { reason: decision.reason }),
    revision: record.revision,
    ...(decidedBy && { revisionNumber: decidedBy.number }),
    grants: decidedBy ? decision.rules.flatMap((rule) => grantAnswer(rule, decidedBy.documents)) : [],
    verdicts: record.verdicts.map((verdict) => ({ ...verdict })),
    wouldHave: [...(record.wouldHave ?? [])],
    attempts: attemptAnswers(record.attempts) as DecisionAnswer['attempts'],
    costUsd: formatUsd(record.cost),
    costNanoUsd: record.cost,
    ...(priceVersion !== undefined && { priceVersion }),
    priceKnown: record.priceKnown,
    warnings: [...record.warnings],
    ...(record.error && { error: record.error }),
  }
}

function grantAnswer(rule: string, documents: DocumentSet): DecisionAnswer['grants'] {
  const grant = documents.get(grantKind, rule)
  if (!grant) return []
  const { spec, origin } = grant
  return [
    {
      rule,
      effect: spec.effect,
      ...(origin.file === undefined ? {} : { at: `${origin.file}:${origin.line ?? 1}` }),
      on: spec.on,
      ...(spec.when === undefined ? {} : { when: spec.when }),
      ...(spec.expires === undefined ? {} : { expires: new Date(spec.expires).toISOString() }),
    },
  ]
}
