export { identityProviderKind } from './identity-provider.kind.ts'
export { resourceTypes, schemas, serviceProviderConfig } from './scim/discovery.ts'
export { projected, SCIM, versionOf } from './scim/resources.ts'
export { type ResourceKind, type Scim, scim } from './scim/scim.ts'
