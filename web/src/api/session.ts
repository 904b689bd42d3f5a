import { type QueryClient, queryOptions, useQuery } from '@tanstack/react-query'
import type { z } from 'zod'
import type { MeAnswer } from '../../../src/contract/me.ts'
import type { methodsAnswer, sessionAnswer } from '../../../src/contract/people.ts'
import type { Permission } from '../../../src/contract/permissions.ts'
import { ApiError, ask } from './client.ts'

/** Who is signed in. */
export type Session = z.infer<typeof sessionAnswer>
/** The ways in which one may sign in here. */
export type SignInMethods = z.infer<typeof methodsAnswer>

/** Who is signed in; null when nobody is. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async (): Promise<Session | null> => {
    try {
      return await ask<Session>('/api/v1/session')
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return null
      throw error
    }
  },
  staleTime: 60_000,
  retry: false,
})

/** The ways to sign in. */
export const methodsQuery = queryOptions({
  queryKey: ['session', 'methods'],
  queryFn: () => ask<SignInMethods>('/api/v1/session/methods'),
  retry: false,
})

/** What one may do and use. */
export const meQuery = queryOptions({ queryKey: ['me'], queryFn: () => ask<MeAnswer>('/api/v1/me'), staleTime: 30_000 })

/** Signs in. Throws {@link ApiError} `second_factor_required` when a code is wanted too. */
export function signIn(body: { email: string; password: string; totp?: string }): Promise<Session> {
  return ask<Session>('/api/v1/session', { method: 'POST', body })
}

/** Ends the session. */
export function signOut(): Promise<void> {
  return ask<void>('/api/v1/session', { method: 'DELETE' })
}

/** Whether who is signed in has a permission, over whatever it may hold. */
export function useMay(): (permission: Permission) => boolean {
  const { data } = useQuery(sessionQuery)
  return (permission) => data?.permissions.includes(permission) ?? false
}

/** Another person, or nobody, is at the page now: what was read for the one before is forgotten. */
export function enterAs(queries: QueryClient, session: Session | null): void {
  queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' && queryKey[0] !== 'branding' })
  queries.setQueryData(sessionQuery.queryKey, session)
}
