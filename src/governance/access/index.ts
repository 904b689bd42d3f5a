export { type AccessIndex, compileAccess, type Rule } from './access-index.ts'
export { BUILT_IN_ROLES, type RoleRule } from './built-in-roles.ts'
export { type Condition, type ConditionFacts, conditionProblem } from './condition.ts'
export type { ConditionPart, Operand } from './condition-parts.ts'
export { type AccessRequest, administers, type Decision, type DecisionContext, decide } from './decide.ts'
export { explain } from './explain.ts'
export type { ExplainedRule, Explanation } from './explanation.ts'
export { type Action, type GrantSpec, grantKind } from './grant.kind.ts'
export {
  expandGroups,
  type Groups,
  globMatcher,
  type PatternIndex,
  patternIndex,
  resourceKey,
} from './pattern.ts'
export {
  compileGroups,
  type KnownResource,
  type ResourceGroupSpec,
  type ResourceSelection,
  resourceGroupKind,
  resourcesIn,
} from './resource-group.kind.ts'
export {
  compileRoles,
  covers,
  isWithin,
  type Part,
  type Reach,
  type Rights,
  type RoleIndex,
  reachOf,
} from './rights.ts'
export { type RoleSpec, roleKind } from './role.kind.ts'
export { rulesAbout, type Standing, standingOf, type WhoCan } from './who-can.ts'
