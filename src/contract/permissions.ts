/**
 * Every permission on the control plane, as `resource:verb`, with what it lets one do. This is the only list there is:
 * routes name one of these, roles are made of these, and the reference page is written from it.
 */
export const PERMISSIONS = {
  'self:read': 'See who one is, what one may, and the schemas of documents. Everybody who is recognised has it.',
  'self:write': "Change one's own password and end one's own sessions. Everybody who is recognised has it.",
  'overview:read': 'See the sums of the first page.',
  'operations:read': 'See operations, without their content.',
  'operations:export': 'Take operations away as a file.',
  'content:read': 'Read captured prompts and answers.',
  'decisions:read': 'See why an operation was let in or refused.',
  'usage:read': 'See usage and cost.',
  'budgets:read': 'See budgets and limits, and what is left of them.',
  'budgets:write': 'Change Budget and Limit documents.',
  'models:read': 'See models, their prices, and the health of their providers.',
  'models:write': 'Change Provider, Model and Pricing documents.',
  'teams:read': 'See teams and apps.',
  'teams:write': 'Change Team, App and Agent documents.',
  'keys:read': 'See virtual keys, never their secret.',
  'keys:write': 'Make and revoke virtual keys.',
  'grants:write': 'Change Grant and ResourceGroup documents.',
  'guardrails:write': 'Change Guardrail, WordList and Capture documents.',
  'guardrails:test': 'Try guardrails on a text.',
  'roles:write': 'Change Role documents, and Grants that let somebody manage everything.',
  'identity:read': 'See how people sign in.',
  'identity:write': 'Change IdentityProvider documents: whom the gateway believes.',
  'users:read': 'See people.',
  'users:write': 'Invite, change and deactivate people, and end their sessions.',
  'users:provision': 'Make, change and deactivate people and groups for an identity provider (SCIM).',
  'documents:read': 'Read policy documents, plan changes, and see the state of policy.',
  'documents:write': 'Change documents of the kinds that no other permission names.',
  'documents:export': 'Take all documents of a revision away as a file.',
  'revisions:read': 'See the revisions of policy.',
  'revisions:rollback': 'Make an old revision count again.',
  'secrets:read': 'See the names of secrets.',
  'secrets:write': 'Store, replace and delete secrets.',
  'secrets:reveal': 'Read a secret back.',
  'access:explain': 'Ask why somebody may or may not do something, and who can do it.',
  'requests:create': 'Ask for access.',
  'requests:read': 'See requests for access.',
  'requests:decide': 'Approve or decline requests for access.',
  'reviews:read': 'See reviews of access.',
  'reviews:write': 'Open reviews of access, and sign them off.',
  'alerts:read': 'See alerts.',
  'alerts:write': 'Change Alert documents, and acknowledge what they told.',
  'audit:read': 'Read the audit log.',
  'audit:export': 'Take the audit log away as a file.',
  'records:delete': 'Erase and expire what is recorded, and put it on hold.',
} as const satisfies Readonly<Record<`${string}:${string}`, string>>

/** One permission on the control plane. */
export type Permission = keyof typeof PERMISSIONS

/** All permissions, in the order of the table. */
export const PERMISSION_NAMES = Object.freeze(Object.keys(PERMISSIONS) as Permission[])
