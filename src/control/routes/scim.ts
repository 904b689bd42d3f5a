import { z } from 'zod'
import {
  projected,
  type ResourceKind,
  resourceTypes,
  SCIM,
  type Scim,
  schemas,
  serviceProviderConfig,
  versionOf,
} from '../../governance/sso/index.ts'
import type { ControlReply, ControlRequest, Route } from '../route-types.ts'
import { readQuery } from './query.ts'

/** What the routes of SCIM need. */
export interface ScimServices {
  readonly scim: Scim
  /** How the outside knows the gateway. */
  readonly publicUrl: string
}

type Body = Readonly<Record<string, unknown>>

const ROOT = '/scim/v2/:provider'
const MEDIA_TYPE = 'application/scim+json'
const permission = 'users:provision'
const answer = MEDIA_TYPE

/** Providers send more than they mean: what is not known is passed over, and a page is cut to what is allowed. */
const listQuery = z.looseObject({
  filter: z.string().max(4_096).optional(),
  startIndex: z.coerce.number().int().catch(1).default(1),
  count: z.coerce.number().int().catch(100).default(100),
})

/** `/scim/v2/{provider}`: people and groups as an identity provider keeps them, one set a provider. */
export const scimRoutes: readonly Route<ScimServices>[] = [
  ...collection('Users', 'people'),
  ...collection('Groups', 'groups'),
  {
    ...{ method: 'GET', path: `${ROOT}/ServiceProviderConfig`, permission, answer },
    summary: 'SCIM: what the endpoint can do.',
    handle: async (request, services) => reply(200, serviceProviderConfig(baseOf(request, services))),
  },
  {
    ...{ method: 'GET', path: `${ROOT}/ResourceTypes`, permission, answer },
    summary: 'SCIM: the kinds of resource.',
    handle: async (request, services) => reply(200, whole(resourceTypes(baseOf(request, services)))),
  },
  {
    ...{ method: 'GET', path: `${ROOT}/Schemas`, permission, answer },
    summary: 'SCIM: the attributes that mean something here.',
    handle: async (request, services) => reply(200, whole(schemas(baseOf(request, services)))),
  },
]

function collection(kind: ResourceKind, what: string): readonly Route<ScimServices>[] {
  const [all, one] = [`${ROOT}/${kind}`, `${ROOT}/${kind}/:id`]
  const placeOf = ({ params }: ControlRequest) => ({ provider: params.provider ?? '', kind })
  const changeOf = ({ body, headers, origin }: ControlRequest) => ({
    ...{ body, ifMatch: headers.get('if-match') ?? undefined, by: origin },
  })
  const idOf = ({ params }: ControlRequest) => params.id ?? ''
  return [
    {
      ...{ method: 'GET', path: all, permission, answer },
      summary: `SCIM: ${what} that match a filter.`,
      handle: async (request, { scim }) => {
        const { filter, startIndex, count } = readQuery(listQuery, request.query)
        const page = { filter, startIndex: Math.max(1, startIndex), count: Math.min(200, Math.max(0, count)) }
        const list = await scim.list(placeOf(request), page)
        const found = list.Resources as readonly Body[]
        return reply(200, { ...list, Resources: found.map((resource) => projected(resource, request.query)) })
      },
    },
    {
      ...{ method: 'POST', path: all, permission, answer, status: 201 },
      summary: `SCIM: adds to the ${what}.`,
      handle: async (request, { scim }) => {
        const made = await scim.create(placeOf(request), changeOf(request))
        return resourceReply(201, made, request)
      },
    },
    {
      ...{ method: 'GET', path: one, permission, answer },
      summary: `SCIM: one of the ${what}.`,
      handle: async (request, { scim }) => {
        const found = await scim.get(placeOf(request), idOf(request))
        if (request.headers.get('if-none-match') === versionOf(found)) return { status: 304 }
        return resourceReply(200, found, request)
      },
    },
    {
      ...{ method: 'PUT', path: one, permission, answer },
      summary: `SCIM: replaces one of the ${what}.`,
      handle: async (request, { scim }) =>
        resourceReply(200, await scim.replace(placeOf(request), idOf(request), changeOf(request)), request),
    },
    {
      ...{ method: 'PATCH', path: one, permission, answer },
      summary: `SCIM: changes one of the ${what}.`,
      handle: async (request, { scim }) =>
        resourceReply(200, await scim.patch(placeOf(request), idOf(request), changeOf(request)), request),
    },
    {
      ...{ method: 'DELETE', path: one, permission, answer: 'nothing' },
      summary: `SCIM: takes one of the ${what} away.`,
      handle: async (request, { scim }) => {
        await scim.remove(placeOf(request), idOf(request), changeOf(request))
        return { status: 204 }
      },
    },
  ]
}

function baseOf({ params }: ControlRequest, { publicUrl }: ScimServices): string {
  return `${publicUrl}/scim/v2/${encodeURIComponent(params.provider ?? '')}`
}

function whole(resources: readonly Body[]): Body {
  return {
    schemas: [SCIM.list],
    totalResults: resources.length,
    startIndex: 1,
    itemsPerPage: resources.length,
    Resources: resources,
  }
}

function resourceReply(status: number, resource: Body, { query }: ControlRequest): ControlReply {
  const meta = Object(resource.meta) as { readonly location?: string }
  const { headers, body } = reply(status, projected(resource, query))
  return {
    status,
    body,
    headers: { ...headers, etag: versionOf(resource), ...(meta.location ? { location: meta.location } : {}) },
  }
}

function reply(status: number, body: Body): ControlReply {
  return { status, body, headers: { 'content-type': MEDIA_TYPE } }
}
