import { type Resource, SCIM } from './resources.ts'

const DISCOVERY = 'urn:ietf:params:scim:schemas:core:2.0'

/** What the endpoint can do (RFC 7643 §5). */
export function serviceProviderConfig(base: string): Resource {
  return {
    schemas: [`${DISCOVERY}:ServiceProviderConfig`],
    patch: { supported: true },
    bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
    filter: { supported: true, maxResults: 200 },
    changePassword: { supported: false },
    sort: { supported: false },
    etag: { supported: true },
    authenticationSchemes: [
      {
        type: 'oauthbearertoken',
        name: 'Virtual key',
        description: 'A virtual key whose role has users:provision, as a bearer token.',
        primary: true,
      },
    ],
    meta: { resourceType: 'ServiceProviderConfig', location: `${base}/ServiceProviderConfig` },
  }
}

/** The kinds of resource (RFC 7643 §6). */
export function resourceTypes(base: string): readonly Resource[] {
  return [
    ['User', '/Users', SCIM.user],
    ['Group', '/Groups', SCIM.group],
  ].map(([name, endpoint, schema]) => ({
    schemas: [`${DISCOVERY}:ResourceType`],
    ...{ id: name, name, endpoint, schema },
    meta: { resourceType: 'ResourceType', location: `${base}/ResourceTypes/${name}` },
  }))
}

type Attribute = readonly [name: string, type: string, more?: Resource]

/** The attributes that mean something here; others are kept and given back (RFC 7643 §7). */
export function schemas(base: string): readonly Resource[] {
  const part = (name: string): Attribute => [name, 'string']
  const user: readonly Attribute[] = [
    ['userName', 'string', { required: true, uniqueness: 'server' }],
    ['displayName', 'string'],
    ['active', 'boolean'],
    ['name', 'complex', { subAttributes: ['formatted', 'givenName', 'familyName'].map(part).map(described) }],
    [
      'emails',
      'complex',
      {
        multiValued: true,
        subAttributes: [part('value'), part('type'), ['primary', 'boolean'] as const].map(described),
      },
    ],
    [
      'groups',
      'complex',
      { multiValued: true, mutability: 'readOnly', subAttributes: [part('value'), part('display')].map(described) },
    ],
  ]
  const group: readonly Attribute[] = [
    ['displayName', 'string', { required: true, uniqueness: 'server' }],
    ['members', 'complex', { multiValued: true, subAttributes: [part('value'), part('display')].map(described) }],
  ]
  return [
    [SCIM.user, 'User', user],
    [SCIM.group, 'Group', group],
  ].map(([id, name, attributes]) => ({
    schemas: [`${DISCOVERY}:Schema`],
    id,
    name,
    attributes: (attributes as readonly Attribute[]).map(described),
    meta: { resourceType: 'Schema', location: `${base}/Schemas/${String(id)}` },
  }))
}

function described([name, type, more = {}]: Attribute): Resource {
  const usual = {
    multiValued: false,
    required: false,
    caseExact: false,
    mutability: 'readWrite',
    returned: 'default',
    uniqueness: 'none',
  }
  return { name, type, ...usual, ...more }
}
