import { useQuery } from '@tanstack/react-query'
import { lazy, type ReactNode, Suspense } from 'react'
import { sessionQuery } from '../api/session.ts'
import { Failure, Skeleton } from '../design/states.tsx'

const SignInPage = lazy(() => import('./sign-in-page.tsx').then((module) => ({ default: module.SignInPage })))
const NewPasswordPage = lazy(() =>
  import('./new-password-page.tsx').then((module) => ({ default: module.NewPasswordPage })),
)

/** Lets in who is signed in; asks everybody else who they are. */
export function Gate({ children }: { readonly children: ReactNode }) {
  const { data: session, error, isPending, refetch } = useQuery(sessionQuery)
  if (isPending) return <Skeleton lines={3} />
  if (error) return <Failure error={error} retry={() => void refetch()} />
  return (
    <Suspense fallback={<Skeleton lines={3} />}>
      {session === null ? <SignInPage /> : session.passwordChange === 'required' ? <NewPasswordPage /> : children}
    </Suspense>
  )
}
