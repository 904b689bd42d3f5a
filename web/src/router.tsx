import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Navigate,
  Outlet,
} from '@tanstack/react-router'
import { Skeleton } from './design/states.tsx'
import { loadMoreTexts } from './i18n/index.ts'
import { Broken, Nowhere } from './shell/broken.tsx'
import { Gate } from './shell/gate.tsx'
import type { Search } from './shell/search.ts'
import { Shell } from './shell/shell.tsx'

const root = createRootRouteWithContext<{ readonly queries: QueryClient }>()({
  component: Outlet,
  notFoundComponent: Nowhere,
})
/** Whoever is not signed in sees the sign-in page at whatever address they came to. */
const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  component: () => (
    <Gate>
      <Shell>
        <Outlet />
      </Shell>
    </Gate>
  ),
})

const searchOf = (search: Record<string, unknown>): Search =>
  Object.fromEntries(
    Object.entries(search).map(([name, value]) => [name, value === undefined ? undefined : String(value)]),
  )

/** What these say comes with the shell. */
const FIRST: readonly string[] = ['/', '/keys', '/settings']

const page = (path: string, load: () => Promise<Record<string, unknown>>, name: string) =>
  createRoute({
    getParentRoute: () => inside,
    path,
    component: lazyRouteComponent(async () => {
      const [module] = await Promise.all([load(), FIRST.includes(path) ? undefined : loadMoreTexts()])
      return module
    }, name),
    validateSearch: searchOf,
  })

const routes = [
  page('/', () => import('./portal/chat/chat-page.tsx'), 'ChatPage'),
  page('/usage', () => import('./portal/usage-page.tsx'), 'UsagePage'),
  page('/keys', () => import('./portal/keys-page.tsx'), 'KeysPage'),
  page('/approvals', () => import('./portal/approvals-page.tsx'), 'ApprovalsPage'),
  page('/settings', () => import('./portal/settings-page.tsx'), 'SettingsPage'),
  page('/console', () => import('./console/overview-page.tsx'), 'OverviewPage'),
  page('/console/requests', () => import('./console/requests-page.tsx'), 'RequestsPage'),
  page('/console/models', () => import('./console/models-page.tsx'), 'ModelsPage'),
  page('/console/access', () => import('./console/access-page.tsx'), 'AccessPage'),
  page('/console/people', () => import('./console/people-page.tsx'), 'PeoplePage'),
  page('/console/keys', () => import('./console/keys-page.tsx'), 'AllKeysPage'),
  page('/console/guardrails', () => import('./console/guardrails-page.tsx'), 'GuardrailsPage'),
  page('/console/cost', () => import('./console/cost-page.tsx'), 'CostPage'),
  page('/console/policy', () => import('./console/policy-page.tsx'), 'PolicyPage'),
  page('/console/audit', () => import('./console/audit-page.tsx'), 'AuditPage'),
  page('/console/branding', () => import('./console/branding-page.tsx'), 'BrandingPage'),
  page('/console/system', () => import('./console/system-page.tsx'), 'SystemPage'),
]
const signIn = createRoute({ getParentRoute: () => root, path: '/sign-in', component: () => <Navigate to="/" /> })

/** The addresses of the app. Every page is loaded when it is first opened. */
export function makeRouter(queries: QueryClient) {
  return createRouter({
    routeTree: root.addChildren([inside.addChildren(routes), signIn]),
    context: { queries },
    defaultPreload: 'intent',
    defaultPendingComponent: Skeleton,
    defaultErrorComponent: Broken,
    defaultNotFoundComponent: Nowhere,
    scrollRestoration: true,
  })
}
