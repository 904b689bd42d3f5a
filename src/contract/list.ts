import { z } from 'zod'

/** A page of things; `nextCursor` is null on the last. */
export const listOf = <T extends z.ZodType>(item: T) =>
  z.strictObject({ items: z.array(item), nextCursor: z.string().nullable() })

/** What every list may be asked: how many at most, and from where on. */
export const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
  /** `nextCursor` of the page before. */
  cursor: z.string().max(1_024).optional(),
})

/** Any JSON object. */
export const jsonObject = z.looseObject({})

/** What an error is on the control plane: RFC 9457, with the code and the number of the request. */
export const problemAnswer = z.looseObject({
  type: z.string(),
  /** A sentence for people. */
  title: z.string(),
  status: z.number().int(),
  code: z.string(),
  requestId: z.string(),
  /** The field or parameter at fault. */
  param: z.string().optional(),
  /** Who could allow it. */
  grantedBy: z.string().optional(),
  /** What is wrong with documents, all of it. */
  problems: z
    .array(z.looseObject({ message: z.string(), file: z.string().optional(), line: z.number().int().optional() }))
    .optional(),
})
/** An error as the control plane tells it. */
export type ProblemAnswer = z.infer<typeof problemAnswer>
