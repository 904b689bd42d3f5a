import { z } from 'zod'

/** A resource that one may use, or could ask for. */
export const reachableResource = z.strictObject({
  /** `model:assistant`. */
  resource: z.string(),
  kind: z.string(),
  name: z.string(),
  labels: z.record(z.string(), z.string()),
  may: z.boolean(),
  /** Why, in a sentence. */
  reason: z.string(),
  /** The Grants that decided. */
  rules: z.array(z.string()),
  /** `file:line` of the first of them, when it was written in a file. */
  at: z.string().optional(),
  /** Who could allow it; only where `may` is false. */
  grantedBy: z.string().optional(),
})
/** A resource that one may use, or could ask for. */
export type ReachableResource = z.infer<typeof reachableResource>

/** The answer of `GET /api/v1/me`. */
export const meAnswer = z.strictObject({
  principal: z.string(),
  key: z.string().optional(),
  app: z.string().optional(),
  user: z.string().optional(),
  agent: z.string().optional(),
  team: z.string().optional(),
  /** The team and those above it, nearest first. */
  teams: z.array(z.string()),
  roles: z.array(z.string()),
  /** All permissions, whatever they hold over. */
  permissions: z.array(z.string()),
  /** Those of them that hold over everything. */
  everywhere: z.array(z.string()),
  /** The teams that one manages, those below them included. */
  managedTeams: z.array(z.string()),
  /** What one may use now; for people also what they could ask for. */
  resources: z.array(reachableResource),
})
/** Who one is and what one may. */
export type MeAnswer = z.infer<typeof meAnswer>
