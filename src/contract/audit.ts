import { z } from 'zod'
import { instant } from './operations.ts'

const name = z.string().min(1).max(2_048)

/** The query of `GET /api/v1/audit`. `from` inclusive, `to` exclusive; an action may end in `.*`. */
export const auditQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: z.coerce.number().int().min(1).optional(),
  from: instant.optional(),
  to: instant.optional(),
  actor: name.optional(),
  action: name.optional(),
  object: name.optional(),
  requestId: name.optional(),
})

/** One entry in `GET /api/v1/audit`, as it stands in the log, and its hash. Loose: a newer server may say more. */
export const auditEntryAnswer = z.looseObject({
  log: z.string(),
  sequence: z.number().int(),
  at: z.iso.datetime(),
  actor: z.string(),
  action: z.string(),
  object: z.string().optional(),
  hash: z.string(),
  previous: z.string(),
})

/** A page of entries, newest first; `nextCursor` is null on the last. */
export const auditAnswer = z.strictObject({ items: z.array(auditEntryAnswer), nextCursor: z.string().nullable() })

const place = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER)

/** Which log is meant: what was done to the gateway, or the seals of the ledger. */
const logName = z.enum(['audit', 'ledger']).default('audit')

/** The query of addresses that ask for nothing but a log. */
export const logQuery = z.strictObject({ log: logName })

/** The query of `GET /api/v1/audit/inclusion`: `size` is the newest when absent. */
export const inclusionQuery = z.strictObject({ sequence: place, size: place.optional(), log: logName })

/** The query of `GET /api/v1/audit/consistency`: that the log of `size` entries begins with that of `from`. */
export const consistencyQuery = z.strictObject({ from: place, size: place.optional(), log: logName })

/** Answer of `GET /api/v1/audit/consistency`: hashes in hex, in the order of RFC 6962. */
export const proofAnswer = z.strictObject({ size: z.number().int(), root: z.string(), path: z.array(z.string()) })

/** Answer of `GET /api/v1/audit/inclusion`: `leaf` is the entry's hash. */
export const inclusionAnswer = proofAnswer.extend({ leaf: z.string() })

/** Answer of `GET /api/v1/audit/verify`. */
export const auditVerdictAnswer = z.strictObject({
  log: z.string(),
  /** Entries that hold. */
  entries: z.number().int(),
  /** Marks that they were compared with. */
  checkpoints: z.number().int(),
  /** With log=ledger: operations whose records are those that were sealed. */
  operations: z.number().int().optional(),
  /** With log=ledger: sealed operations that retention deleted. */
  expired: z.number().int().optional(),
  /** With log=ledger: the operation at fault. */
  operation: z.string().optional(),
  /** The first entry that is not what it was; with `to` one of a span. */
  fault: z
    .strictObject({ sequence: z.number().int(), to: z.number().int().optional(), problem: z.string() })
    .optional(),
})
