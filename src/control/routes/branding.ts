import { brandingAnswer } from '../../contract/branding.ts'
import { brandingFor } from '../../governance/branding/index.ts'
import type { Policy } from '../../policy/index.ts'
import type { ControlReply, OpenRoute, Route } from '../route-types.ts'

/** What the routes of the branding need. */
export interface BrandingServices {
  readonly policy: Pick<Policy, 'documents'>
}

/** A page asks at every load; what it has is still right as long as the tag is the same. */
function reply(headers: Headers, { policy }: BrandingServices, teams: readonly string[] = []): ControlReply {
  const branding = brandingFor(policy.documents(), teams)
  const etag = `"${branding.version}"`
  const kept = { etag, 'cache-control': 'no-cache' }
  if (headers.get('if-none-match') === etag) return { status: 304, headers: kept }
  return { status: 200, body: branding, headers: kept }
}

/** `GET /api/v1/branding`: for pages that are shown before anybody is known, the sign-in first of all. */
export const openBrandingRoutes: readonly OpenRoute<BrandingServices>[] = [
  {
    method: 'GET',
    path: '/api/v1/branding',
    summary: 'How the product looks and speaks here. Needs no sign-in.',
    answer: brandingAnswer,
    handle: async ({ headers }, services) => reply(headers, services),
  },
]

/** `GET /api/v1/me/branding`: the same as the caller's team has it. */
export const brandingRoutes: readonly Route<BrandingServices>[] = [
  {
    method: 'GET',
    path: '/api/v1/me/branding',
    permission: 'self:read',
    summary: "How the product looks and speaks to the caller: as their team's branding says, or the organisation's.",
    answer: brandingAnswer,
    handle: async ({ headers, caller }, services) => reply(headers, services, caller.teams),
  },
]
