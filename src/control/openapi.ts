import { z } from 'zod'
import { problemAnswer } from '../contract/list.ts'
import type { PERMISSIONS } from '../contract/permissions.ts'
import type { Route } from './route-types.ts'

/** A part of an OpenAPI document. */
export type Json = { readonly [name: string]: unknown }

/** What the description of the API is made from. */
export interface Described
  extends Pick<Route, 'method' | 'path' | 'query' | 'body' | 'takesYaml' | 'answer' | 'status' | 'scoped'> {
  readonly summary?: string | undefined
  /** Absent: anybody may ask, without a credential. */
  readonly permission?: Route['permission'] | undefined
}

/**
 * The control plane as OpenAPI 3.1 (spec.openapis.org/oas/v3.1.1): every route with what it takes and answers, from the
 * very schemas by which the handlers read and the tests check.
 */
export function openApi(routes: readonly Described[], version: string): Json {
  const paths: Record<string, Record<string, Json>> = {}
  for (const route of routes) {
    const path = templateOf(route.path)
    paths[path] ??= {}
    const methods = paths[path]
    methods[route.method.toLowerCase()] = operationOf(route)
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Gatehouse control plane',
      version,
      description:
        'Lists are {items, nextCursor}. Errors are application/problem+json with a code and a requestId. A POST that ' +
        'carries an idempotency-key is done once within ten minutes and answered again as it was the first time.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ key: [] }, { session: [] }],
    tags: [...new Set(routes.map(tagOf))].sort().map((name) => ({ name })),
    paths,
    components: {
      schemas: { Problem: schemaOf(problemAnswer, 'output') },
      responses: { Problem: { description: 'What went wrong.', content: problemContent } },
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'A virtual key.' },
        session: { type: 'apiKey', in: 'cookie', name: '__Host-gatehouse_session', description: 'A signed-in person.' },
      },
    },
  }
}

const problemContent = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } }
const PROBLEM = { $ref: '#/components/responses/Problem' }

function operationOf(route: Described): Json {
  const { summary, permission, scoped } = route
  const wanted = permission === undefined ? [] : [permission].flat()
  return {
    operationId: operationId(route),
    tags: [tagOf(route)],
    summary: summary ?? '',
    ...(permission === undefined ? { security: [] } : { description: permissionText(wanted, scoped === true) }),
    ...(permission === undefined ? {} : { 'x-permission': wanted }),
    parameters: [...pathParameters(route.path), ...queryParameters(route), ...headerParameters(route)],
    ...bodyOf(route),
    responses: { ...successOf(route), default: PROBLEM },
  }
}

function permissionText(wanted: readonly (keyof typeof PERMISSIONS)[], scoped: boolean): string {
  const names = wanted.map((one) => `\`${one}\``).join(' or ')
  return `Needs ${names}${scoped ? '; who has it over a part is shown that part.' : ', over everything.'}`
}

function bodyOf({ body, takesYaml }: Described): Json {
  if (!body) return {}
  const yaml = takesYaml ? { 'application/yaml': { schema: { type: 'string' } } } : {}
  return {
    requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body, 'input') }, ...yaml } },
  }
}

function successOf({ answer, status = 200 }: Described): Json {
  if (answer === 'nothing') return { '204': { description: 'Done.' } }
  const content =
    typeof answer === 'string'
      ? { [answer]: { schema: { type: 'string' } } }
      : { 'application/json': { schema: schemaOf(answer, 'output') } }
  return { [status]: { description: 'As asked.', content } }
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...written } = z.toJSONSchema(schema, { io, unrepresentable: 'any', target: 'draft-2020-12' })
  return written
}

function pathParameters(path: string): readonly Json[] {
  return [...path.matchAll(/(?<=\/)([:*])([a-zA-Z]+)/g)].map(([, sign, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string', minLength: 1, maxLength: 512 },
    ...(sign === '*' ? { description: 'May hold slashes.' } : {}),
  }))
}

function queryParameters({ query }: Described): readonly Json[] {
  if (!query) return []
  const { properties = {}, required = [] } = schemaOf(query, 'input') as {
    readonly properties?: Readonly<Record<string, Json>>
    readonly required?: readonly string[]
  }
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }))
}

function headerParameters({ method, path }: Described): readonly Json[] {
  const header = (name: string, description: string) => ({
    name,
    in: 'header',
    schema: { type: 'string' },
    description,
  })
  if (method === 'POST') return [header('idempotency-key', 'Done once, answered again as it was the first time.')]
  if (method === 'GET' || !path.includes('/documents/')) return []
  return [header('if-match', 'The etag that was read; another one stands there now: 409.')]
}

/** The resource that an address is of: what follows `/api/v1/`. */
function tagOf({ path }: Pick<Described, 'path'>): string {
  const [, first = 'schemas'] = /^\/api\/v1\/([a-z-]+)/.exec(path) ?? []
  return path.startsWith('/api/') ? first : 'schemas'
}

/** `getOperationsById`: a name for programs that make clients of the description. */
export function operationId({ method, path }: Pick<Described, 'method' | 'path'>): string {
  const words = path
    .replace(/^\/(?:api|schemas)\/v1\//, '')
    .split(/[/:.-]+/)
    .filter(Boolean)
    .map((word) => word.replace('*', 'by-'))
    .flatMap((word) => word.split('-'))
  const name = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
  return `${method.toLowerCase()}${name}`
}

/** `/:kind/*name` as OpenAPI writes it: `/{kind}/{name}`; a verb after a colon stays. */
export function templateOf(path: string): string {
  return path.replace(/(?<=\/)[:*]([a-zA-Z]+)/g, '{$1}')
}
