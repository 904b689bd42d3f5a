import { z } from 'zod'
import type { NanoUsd } from '../../lib/money.ts'
import { isTimeZone } from '../../lib/time-zone.ts'
import { defineKind, type Kind, modeField, money, resourcePattern, scopeRef } from '../../platform/documents/index.ts'
import type { CalendarPeriod } from './calendar.ts'
import { PER, type Per } from './limit.kind.ts'
import { scopeReferences } from './scope-reference.ts'

/** What a budget is for: a period of the calendar, one run, or for ever. */
export type BudgetPeriod = CalendarPeriod | 'run' | 'total'

/** What happens when a call does not fit. */
export type AtLimit = 'block' | 'alert' | { readonly downgrade: { readonly to: string } }

/** What a Budget says. Everybody it applies to shares it, unless `per` gives each their own. */
export interface BudgetSpec {
  readonly appliesTo: readonly string[]
  readonly amount: NanoUsd
  readonly period: BudgetPeriod
  /** IANA name; by its clocks the periods begin and end. */
  readonly timeZone: string
  /** Shares of the amount at which people are told; 1 is all of it. */
  readonly alertsAt: readonly number[]
  readonly atLimit: AtLimit
  readonly per?: Per | undefined
  /** Only operations on these resources count; all when absent. */
  readonly on?: readonly string[] | undefined
  readonly mode: 'enforce' | 'monitor' | 'off'
}

const zone = () => z.string().max(64).refine(isTimeZone, { error: 'expected a time zone such as Europe/Berlin' })

/** How much may be spent. */
export const budgetKind: Kind<BudgetSpec> = defineKind<BudgetSpec>({
  kind: 'Budget',
  summary: 'How much may be spent in a period; it is held before it is spent.',
  schema: z.strictObject({
    appliesTo: z.array(scopeRef()).min(1).max(1_000),
    amount: money(),
    period: z.enum(['hour', 'day', 'week', 'month', 'quarter', 'year', 'run', 'total']),
    timeZone: zone().default('UTC'),
    alertsAt: z.array(z.number().positive().max(10)).max(20).default([0.5, 0.8, 1]),
    atLimit: z
      .union([
        z.enum(['block', 'alert']),
        z.strictObject({ downgrade: z.strictObject({ to: z.string().min(1).max(128) }) }),
      ])
      .default('block'),
    per: z.enum(PER).optional(),
    on: z.array(resourcePattern()).min(1).max(1_000).optional(),
    mode: modeField(),
  }),
  references: (spec) => [
    ...scopeReferences('appliesTo', spec.appliesTo),
    ...scopeReferences('on', spec.on ?? []),
    ...(typeof spec.atLimit === 'object'
      ? [{ at: ['atLimit', 'downgrade', 'to'], kind: 'Model', name: spec.atLimit.downgrade.to }]
      : []),
  ],
  example: `apiVersion: gatehouse/v1
kind: Budget
metadata: {name: organisation-month}
spec: {appliesTo: [org], amount: 2000 USD, period: month, timeZone: Europe/Berlin, atLimit: block}
`,
})
