import { jsonObject } from '../../contract/list.ts'
import { type Described, openApi } from '../openapi.ts'
import { REFERENCE_STYLE, referencePage } from '../reference-page.ts'
import type { OpenRoute } from '../route-types.ts'

/** The version of the API, which stands in its addresses too. */
const API_VERSION = '1'
/** The page holds no script and loads nothing but its own style. */
const PAGE_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/**
 * `/api/openapi.json` and `/api/docs`: the description of all routes, these among them, for programs and for people. It is
 * the same wherever the gateway runs and says nothing of an organisation, so nobody is asked who they are.
 */
export function referenceRoutes(all: () => readonly Described[]): readonly OpenRoute<unknown>[] {
  return [
    {
      method: 'GET',
      path: '/api/openapi.json',
      summary: 'This API as OpenAPI 3.1.',
      answer: jsonObject,
      handle: async () => ({ status: 200, body: openApi(all(), API_VERSION) }),
    },
    {
      method: 'GET',
      path: '/api/docs',
      summary: 'This API as a page.',
      answer: 'text/html',
      handle: async () => ({
        status: 200,
        body: referencePage(openApi(all(), API_VERSION)),
        headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': PAGE_POLICY },
      }),
    },
    {
      method: 'GET',
      path: '/api/docs/style.css',
      summary: 'The style of that page.',
      answer: 'text/css',
      handle: async () => ({
        status: 200,
        body: REFERENCE_STYLE,
        headers: { 'content-type': 'text/css; charset=utf-8' },
      }),
    },
  ]
}
