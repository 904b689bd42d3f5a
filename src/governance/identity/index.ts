export { ON_BEHALF_OF } from './acting.ts'
export { type AgentSpec, agentKind } from './agent.kind.ts'
export { type AppSpec, appKind } from './app.kind.ts'
export { authenticate } from './authenticate.ts'
export { readCredential } from './credential.ts'
export type { Directory, Person, Session } from './directory.ts'
export {
  callerOf,
  callerWith,
  compileIdentity,
  type IdentityIndex,
  type IdentityOptions,
  type KeyEntry,
} from './identity-index.ts'
export { type KeySpec, keyKind } from './key.kind.ts'
export type { Caller, Resource, Scope } from './principal.ts'
export type { PrincipalKind } from './principal-ref.ts'
export {
  actingNow,
  authenticateSession,
  callerNow,
  currentCaller,
  isSameOrigin,
  personalCaller,
  SESSION_PREFIX,
} from './signed-in.ts'
export { type TeamSpec, teamKind } from './team.kind.ts'
export { generateKey, isWellFormedKey, keyDigest } from './virtual-key.ts'
