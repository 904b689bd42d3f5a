import { z } from 'zod'
import { effectSchema, replaySchema } from './foresight.ts'
import { pageQuery } from './list.ts'

/** How far back a replay looks: `7d`, `12h`, `30m`. */
const replaySpan = z.string().regex(/^\d{1,4}[mhd]$/, { error: 'expected a time such as 7d, 12h or 30m' })

/** Body of `POST /api/v1/documents:plan` and `:apply` as JSON; instead of it the documents may be sent as YAML text. */
export const changeDocumentsBody = z.strictObject({
  documents: z.array(z.unknown()).max(100_000),
  /** Delete what the console owns and `documents` does not hold. */
  prune: z.boolean().default(false),
  /** Take over documents that Git owned. */
  takeOver: z.boolean().default(false),
  /** Only if this revision (number or hash) is still the newest. */
  ifRevision: z.union([z.string().max(64), z.number().int()]).optional(),
  /** `:plan` only: replay what was recorded in so long before now: `7d`, `12h`. */
  replay: replaySpan.optional(),
  /** `:apply` only: why, for the list of revisions and the audit log. */
  reason: z.string().min(1).max(500).optional(),
})

/** What happens to one document. */
export const changeSchema = z.strictObject({
  action: z.enum(['create', 'change', 'delete']),
  kind: z.string(),
  name: z.string(),
  owner: z.string(),
  fields: z.array(z.strictObject({ path: z.string(), before: z.unknown().optional(), after: z.unknown().optional() })),
})

/** Answer of `:apply` and of a rollback, and a part of that of `:plan`; `number` and `revision` are what it was planned against. */
export const planAnswer = z.strictObject({
  number: z.number().int(),
  revision: z.string(),
  changes: z.array(changeSchema),
  unchanged: z.number().int(),
})

/** Answer of `:plan`: what would change, for whom, and what it would have done to what was recorded. */
export const foresightAnswer = planAnswer.extend({
  effects: z.array(effectSchema),
  /** What would be valid and is most likely not meant. */
  warnings: z.array(
    z.strictObject({
      file: z.string(),
      line: z.number().int(),
      column: z.number().int(),
      path: z.string().optional(),
      message: z.string(),
      hint: z.string().optional(),
    }),
  ),
  replay: replaySchema.optional(),
})
/** Answer of `:plan`. */
export type ForesightAnswer = z.infer<typeof foresightAnswer>

/** A document in an answer: what was written, whose it is, and where it came from. */
export const documentAnswer = z.strictObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
  spec: z.unknown(),
  owner: z.string(),
  origin: z.strictObject({ file: z.string().optional(), line: z.number().int().optional() }),
  etag: z.string(),
})

/** What `:plan` and `:apply` answer. */
export type PlanAnswer = z.infer<typeof planAnswer>
/** A document in an answer. */
export type DocumentAnswer = z.infer<typeof documentAnswer>

/** The query of lists of documents. */
export const documentsQuery = pageQuery.extend({ kind: z.string().max(64).optional() })

/** What the change of one document answers. */
export const putDocumentAnswer = documentAnswer.extend({ revision: z.number().int() })

/** What answers to a change that leaves nothing to show: the revision that counts now. */
export const changedAnswer = z.strictObject({ revision: z.number().int() })

/** The query of `:plan` and `:apply` when documents are sent as YAML. */
export const changeQuery = z.strictObject({
  /** The name by which problems call the text. */
  file: z.string().max(1_024).optional(),
  prune: z.enum(['', 'true', '1', 'false', '0']).optional(),
  takeOver: z.enum(['', 'true', '1', 'false', '0']).optional(),
  replay: replaySpan.optional(),
  reason: z.string().min(1).max(500).optional(),
})

/** The query of `:export`. */
export const exportQuery = z.strictObject({ revision: z.coerce.number().int().min(1).optional() })
