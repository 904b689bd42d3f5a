import { z } from 'zod'
import { GatewayError } from '../../../lib/errors.ts'
import type { DocumentSet } from '../../../platform/documents/index.ts'
import type { AuditOrigin } from '../../audit/index.ts'
import type { People, ProvisionedPage } from '../../people/index.ts'
import { type IdentityProviderSpec, identityProviderKind } from '../identity-provider.kind.ts'
import { type Filter, holds, parseFilter } from './filter.ts'
import { type PatchOperation, patched } from './patch.ts'
import { groupResource, groupWish, type Resource, SCIM, userResource, userWish, versionOf } from './resources.ts'

/** The two kinds of resource. */
export type ResourceKind = 'Users' | 'Groups'

/** Which resource of which provider. */
export interface ScimPlace {
  readonly provider: string
  readonly kind: ResourceKind
}

/** A page of resources (RFC 7644 §3.4.2). */
export interface ScimPage {
  readonly filter?: string | undefined
  /** From 1. */
  readonly startIndex: number
  readonly count: number
}

/** A change, and under which condition. */
export interface ScimChange {
  readonly body: unknown
  readonly ifMatch?: string | undefined
  readonly by: AuditOrigin
}

/** SCIM 2.0 (RFC 7643, RFC 7644) over the accounts and groups that a provider keeps. All throw `not_found`. */
export interface Scim {
  readonly list: (place: ScimPlace, page: ScimPage) => Promise<Resource>
  readonly get: (place: ScimPlace, id: string) => Promise<Resource>
  /** Throws `conflict` (`uniqueness`), `invalid_request`. */
  readonly create: (place: ScimPlace, change: ScimChange) => Promise<Resource>
  readonly replace: (place: ScimPlace, id: string, change: ScimChange) => Promise<Resource>
  readonly patch: (place: ScimPlace, id: string, change: ScimChange) => Promise<Resource>
  readonly remove: (place: ScimPlace, id: string, change: Omit<ScimChange, 'body'>) => Promise<void>
}

/** What it needs. */
export interface ScimOptions {
  readonly people: Pick<People, 'provisioned' | 'users'>
  readonly documents: () => DocumentSet
  readonly publicUrl: string
}

const PAGE = 500

const patchBody = z.looseObject({
  Operations: z
    .array(
      z.looseObject({
        op: z
          .string()
          .toLowerCase()
          .pipe(z.enum(['add', 'replace', 'remove'])),
        path: z.string().nullish(),
        value: z.unknown().optional(),
      }),
    )
    .min(1)
    .max(1_000),
})

/** What one provider's requests are answered from. */
interface Desk {
  readonly provider: string
  readonly spec: IdentityProviderSpec
  readonly kind: ResourceKind
  readonly find: (id: string) => Promise<Resource>
  readonly page: (page: ProvisionedPage) => Promise<readonly Resource[]>
  /** The one resource that an equality names, without reading all; undefined: this attribute has no index. */
  readonly indexed: (path: string, value: string) => Promise<readonly Resource[]> | undefined
  readonly save: (body: unknown, of: { readonly id?: string; readonly by: AuditOrigin }) => Promise<Resource>
  readonly remove: (id: string, by: AuditOrigin) => Promise<void>
}

/** Makes {@link Scim}. */
export function scim(options: ScimOptions): Scim {
  const deskOf = (place: ScimPlace) => (place.kind === 'Users' ? userDesk(options, place) : groupDesk(options, place))
  // One change at a time, so that two patches of one group both count.
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(task: () => Promise<T>): Promise<T> => {
    const run = last.then(task, task)
    last = run.catch(() => undefined)
    return run
  }
  const matching = async (desk: Desk, id: string, ifMatch: string | undefined): Promise<Resource> => {
    const found = await desk.find(id)
    const tags = ifMatch?.split(',').map((tag) => tag.trim())
    if (tags && !tags.includes('*') && !tags.includes(versionOf(found))) {
      throw new GatewayError('conflict', { status: 412, message: 'The resource has changed since it was read.' })
    }
    return found
  }
  return {
    list: async (place, page) => listed(deskOf(place), page),
    get: async (place, id) => deskOf(place).find(id),
    create: (place, { body, by }) => inTurn(async () => deskOf(place).save(body, { by })),
    replace: (place, id, { body, ifMatch, by }) =>
      inTurn(async () => {
        const desk = deskOf(place)
        await matching(desk, id, ifMatch)
        return desk.save(body, { id, by })
      }),
    patch: (place, id, { body, ifMatch, by }) =>
      inTurn(async () => {
        const desk = deskOf(place)
        const before = await matching(desk, id, ifMatch)
        return desk.save(patched(before, operationsOf(body)), { id, by })
      }),
    remove: (place, id, { ifMatch, by }) =>
      inTurn(async () => {
        const desk = deskOf(place)
        await matching(desk, id, ifMatch)
        await desk.remove(id, by)
      }),
  }
}

function operationsOf(body: unknown): readonly PatchOperation[] {
  const parsed = patchBody.safeParse(body)
  if (parsed.success)
    return parsed.data.Operations.map(({ op, path, value }) => ({ op, path: path ?? undefined, value }))
  const message = 'The body is no PatchOp: Operations with op, path and value are expected.'
  throw new GatewayError('invalid_request', { message, facts: { scimType: 'invalidSyntax' } })
}

async function listed(desk: Desk, { filter: text, startIndex, count }: ScimPage): Promise<Resource> {
  const filter = text === undefined || text.trim() === '' ? undefined : parseFilter(text)
  const found = { total: 0, resources: [] as Resource[] }
  for await (const resource of candidates(desk, filter)) {
    if (filter && !holds(filter, resource)) continue
    found.total += 1
    if (found.total >= startIndex && found.resources.length < count) found.resources.push(resource)
  }
  const { total, resources } = found
  return {
    schemas: [SCIM.list],
    totalResults: total,
    startIndex,
    itemsPerPage: resources.length,
    Resources: resources,
  }
}

/** Every resource that may match: by an index where the filter is one equality, as providers mostly ask. */
async function* candidates(desk: Desk, filter: Filter | undefined): AsyncGenerator<Resource> {
  if (filter?.kind === 'compare' && filter.operator === 'eq' && typeof filter.value === 'string') {
    const known = await desk.indexed(filter.path.toLowerCase(), filter.value)
    if (known) return yield* known
  }
  for (let after: string | undefined; ; ) {
    const page = await desk.page({ after, limit: PAGE })
    yield* page
    if (page.length < PAGE) return
    after = String(page.at(-1)?.id)
  }
}

function userDesk(options: ScimOptions, { provider, kind }: ScimPlace): Desk {
  const { spec, base } = providerOf(options, provider)
  const { provisioned, users } = options.people
  const list = async (by: 'user_id' | 'user_key' | 'external_id', value: string) => {
    const user = await provisioned.user(provider, by, value)
    return user ? [userResource(user, base)] : []
  }
  return {
    ...{ provider, spec, kind },
    find: async (id) => only(await list('user_id', id), 'person'),
    page: async (page) => (await provisioned.users(provider, page)).map((user) => userResource(user, base)),
    indexed: (path, value) => {
      if (path === 'username') return list('user_key', value.toLowerCase())
      if (path === 'externalid') return list('external_id', value)
      return path === 'id' ? list('user_id', value) : undefined
    },
    save: async (body, { id, by }) => {
      const wish = userWish(body, spec.domains)
      return userResource(await provisioned.saveUser(provider, { ...wish, id }, by), base)
    },
    remove: async (id, by) => {
      await users.delete(id, by)
    },
  }
}

function groupDesk(options: ScimOptions, { provider, kind }: ScimPlace): Desk {
  const { spec, base } = providerOf(options, provider)
  const { provisioned } = options.people
  const list = async (by: 'id' | 'display_name' | 'external_id', value: string) => {
    const group = await provisioned.group(provider, by, value)
    return group ? [groupResource(group, base)] : []
  }
  return {
    ...{ provider, spec, kind },
    find: async (id) => only(await list('id', id), 'group'),
    page: async (page) => (await provisioned.groups(provider, page)).map((group) => groupResource(group, base)),
    indexed: (path, value) => {
      if (path === 'externalid') return list('external_id', value)
      return path === 'id' ? list('id', value) : undefined
    },
    save: async (body, { id, by }) => {
      const group = await provisioned.saveGroup(provider, { ...groupWish(body), id }, by)
      return groupResource(group, base)
    },
    remove: (id, by) => provisioned.removeGroup(provider, id, by),
  }
}

function only(found: readonly Resource[], what: string): Resource {
  const [first] = found
  if (first) return first
  throw new GatewayError('not_found', { message: `There is no such ${what}.` })
}

function providerOf({ documents, publicUrl }: ScimOptions, name: string) {
  const provider = documents().get(identityProviderKind, name)
  if (!provider) throw new GatewayError('not_found', { message: `There is no identity provider ${name}.` })
  return { spec: provider.spec, base: `${publicUrl}/scim/v2/${encodeURIComponent(name)}` }
}
