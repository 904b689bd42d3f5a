import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { ApiError } from './api/client.ts'
import { sessionQuery } from './api/session.ts'
import { useBrandOnPage } from './brand/brand.ts'
import { makeRouter } from './router.tsx'

const RETRIES = 2

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (failures, error) =>
        failures < RETRIES && !(error instanceof ApiError && error.status < 500 && error.status !== 0),
      refetchOnWindowFocus: true,
      staleTime: 10_000,
    },
  },
})
// A session that has ended elsewhere is noticed by the first answer that says so: the page then asks who is signed in.
queries.getQueryCache().subscribe(({ type, query }) => {
  const error = query.state.error
  const ended = error instanceof ApiError && error.status === 401 && query.queryKey[0] !== 'session'
  if (type === 'updated' && ended && queries.getQueryData(sessionQuery.queryKey))
    void queries.invalidateQueries(sessionQuery)
})
const router = makeRouter(queries)

function Branded() {
  useBrandOnPage()
  return <RouterProvider router={router} />
}

/** The web app: portal and console. */
export function App() {
  return (
    <QueryClientProvider client={queries}>
      <Branded />
    </QueryClientProvider>
  )
}
