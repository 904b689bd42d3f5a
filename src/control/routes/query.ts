import type { z } from 'zod'
import { GatewayError } from '../../lib/errors.ts'

/** A query string, strictly read by a schema. Throws `invalid_request` that names the first parameter at fault. */
export function readQuery<T>(schema: z.ZodType<T>, query: URLSearchParams): T {
  const read = schema.safeParse(Object.fromEntries(query))
  if (read.success) return read.data
  const [problem] = read.error.issues
  const unknown = problem?.code === 'unrecognized_keys' ? problem.keys[0] : undefined
  const param = unknown ?? String(problem?.path[0] ?? '')
  const message = unknown
    ? `There is no parameter ${unknown} here.`
    : `The parameter ${param} is not valid: ${problem?.message ?? ''}.`
  throw new GatewayError('invalid_request', { message, param })
}
