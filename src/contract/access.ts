import { z } from 'zod'
import { instant } from './operations.ts'

/** What may be done to a resource. */
export const actionName = z.enum(['use', 'read', 'write', 'manage', 'approve', 'reveal', 'export'])

const principal = z.string().regex(/^(?:user|app|agent):[^\s:][^\s]{0,255}$/, {
  error: 'expected a principal such as user:ann@example.com, app:portal or agent:sorter',
})
/** One resource: `model:assistant`. */
export const resourceName = z.string().regex(/^[a-z][a-z-]{0,63}:[^\s*]{1,256}$/, {
  error: 'expected one resource such as model:assistant',
})

/** The body of `POST /api/v1/access/explain`. What is left out counts as zero, false or empty. */
export const explainBody = z.strictObject({
  /** Whom it is about; oneself when absent. */
  as: principal.optional(),
  /** For whom an agent would act. */
  onBehalfOf: principal.optional(),
  action: actionName.default('use'),
  on: resourceName,
  /** The moment; now when absent. */
  at: instant.optional(),
  request: z
    .strictObject({
      tokens: z.number().int().min(0).max(1_000_000_000).optional(),
      stream: z.boolean().optional(),
      tools: z.boolean().optional(),
      surface: z.string().max(64).optional(),
    })
    .default({}),
})

/** A statement of a condition, its outcome and the values it met. */
export const conditionPartAnswer = z.strictObject({
  expression: z.string(),
  outcome: z.enum(['true', 'false', 'failed']),
  operands: z.array(z.strictObject({ expression: z.string(), value: z.string() })),
})

/** What one grant had to say. */
export const explainedRuleAnswer = z.strictObject({
  rule: z.string(),
  effect: z.enum(['allow', 'deny']),
  mode: z.enum(['enforce', 'monitor']),
  /** `file:line`; absent when it was not written in a file. */
  at: z.string().optional(),
  /** The subject of the grant that the caller is. */
  subject: z.string().optional(),
  /** The pattern of the grant that the resource matches. */
  pattern: z.string().optional(),
  when: z.string().optional(),
  condition: z.enum(['none', 'true', 'false', 'failed']),
  parts: z.array(conditionPartAnswer).optional(),
  expires: z.iso.datetime().optional(),
  ended: z.boolean(),
  matches: z.boolean(),
  decides: z.boolean(),
})

/** Somebody who could allow something: a manager of a team, or somebody with a role. */
export const grantorAnswer = z.strictObject({ principal: z.string(), because: z.string() })

const explanation = z.strictObject({
  principal: z.string(),
  teams: z.array(z.string()),
  action: actionName,
  on: z.string(),
  effect: z.enum(['allow', 'deny']),
  /** One sentence for people. */
  reason: z.string(),
  /** The key is narrowed away from the resource: no grant was asked. */
  narrowed: z.boolean(),
  /** Those that match first, denials first. */
  rules: z.array(explainedRuleAnswer),
  /** What would have to be otherwise for the other answer, the smallest changes first. */
  changes: z.array(z.string()),
})

/** The answer of `POST /api/v1/access/explain`. */
export const explainAnswer = explanation.extend({
  /** The same for the person whom an agent acts for. */
  onBehalfOf: explanation.optional(),
  /** Who could allow it; empty when it is allowed. */
  grantedBy: z.array(grantorAnswer),
  /** The policy revision that was asked. */
  revision: z.string(),
})
/** An explanation as the control API gives it. */
export type ExplainAnswer = z.infer<typeof explainAnswer>

/** The query of `GET /api/v1/access/who-can`. */
export const whoCanQuery = z.strictObject({ action: actionName.default('use'), on: resourceName })

/** The answer of `GET /api/v1/access/who-can`. */
export const whoCanAnswer = z.strictObject({
  action: actionName,
  on: z.string(),
  /** Those who may, always or as conditions hold, ordered by name. */
  items: z.array(
    z.strictObject({
      principal: z.string(),
      team: z.string().optional(),
      may: z.enum(['always', 'sometimes']),
      /** The grants that let them. */
      rules: z.array(z.string()),
      /** The conditions it depends on. */
      conditions: z.array(z.string()),
    }),
  ),
  nextCursor: z.null(),
  /** The grants that speak of it, also for people whom the gateway has not met. */
  grants: z.array(
    z.strictObject({
      rule: z.string(),
      effect: z.enum(['allow', 'deny']),
      at: z.string().optional(),
      to: z.array(z.string()),
      when: z.string().optional(),
      expires: z.iso.datetime().optional(),
    }),
  ),
})
/** Who can, as the control API tells it. */
export type WhoCanAnswer = z.infer<typeof whoCanAnswer>
