export { type ProviderSpec, providerKind, providerSettings } from './provider.kind.ts'
export type {
  AuthorizeContext,
  Authorizer,
  ProviderSettings,
  ProviderType,
  Transport,
  UpstreamRequest,
  UpstreamResponse,
  Wire,
} from './provider.ts'
export { PROVIDER_TYPES, providerType } from './registry.ts'
export { type TokenCache, tokenCache } from './token-cache.ts'
