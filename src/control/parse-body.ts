import type { z } from 'zod'
import { GatewayError } from '../lib/errors.ts'

/** A body that its schema took. Throws `invalid_request` naming the first field at fault. */
export function parseBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const param = issue?.path.join('.') ?? ''
  throw new GatewayError('invalid_request', {
    message: `The request body is not valid: ${param ? `${param}: ` : ''}${issue?.message ?? ''}`,
    param,
  })
}
