// Written by `npm run docs -- --write` from the routes of the control plane; change those.
// biome-ignore-all format: one line an endpoint
// biome-ignore-all assist/source/organizeImports: in the order in which they are written
import { explainAnswer, explainBody, whoCanAnswer, whoCanQuery } from './access.ts'
import { acknowledgeBody, alertAnswer, alertsQuery, testAlertAnswer, testAlertBody } from './alerts.ts'
import { auditAnswer, auditQuery, auditVerdictAnswer, consistencyQuery, inclusionAnswer, inclusionQuery, logQuery, proofAnswer } from './audit.ts'
import { brandingAnswer } from './branding.ts'
import { budgetsAnswer, limitsAnswer } from './budgets.ts'
import { changeDocumentsBody, changeQuery, changedAnswer, documentAnswer, documentsQuery, exportQuery, foresightAnswer, planAnswer, putDocumentAnswer } from './documents.ts'
import { guardrailTest, guardrailTestAnswer } from './guardrails.ts'
import { modelsAnswer, programsAnswer, providersAnswer, teamsAnswer } from './inventory.ts'
import { keyAnswer, keysQuery, leakedKeyBody, newKeyAnswer, newKeyBody, receivedAnswer } from './keys.ts'
import { jsonObject, listOf, pageQuery } from './list.ts'
import { meAnswer } from './me.ts'
import { decisionAnswer, liveQuery, operationAnswer, operationsAnswer, operationsQuery } from './operations.ts'
import { facetsAnswer, facetsQuery, overviewAnswer, overviewQuery } from './overview.ts'
import { changePasswordBody, changeUserBody, confirmFactorBody, enrolmentAnswer, methodsAnswer, newPersonalKeyBody, newUserBody, oneTimePasswordAnswer, openSessionAnswer, personalKeyAnswer, recoveryCodesAnswer, returnQuery, sessionAnswer, signInBody, stepUpBody, userAnswer, usersQuery } from './people.ts'
import { accessRequestAnswer, accessRequestsAnswer, accessRequestsQuery, approveBody, declineBody, newAccessRequestBody } from './requests.ts'
import { decideItemBody, newReviewBody, reviewAnswer, reviewItemsAnswer, reviewItemsQuery, reviewsAnswer, signBody } from './reviews.ts'
import { policyStatusAnswer, revisionAnswer, revisionsQuery } from './revisions.ts'
import { revealAnswer, revealBody, secretAnswer, secretBody } from './secrets.ts'
import { eraseAnswer, eraseBody, holdAnswer, holdBody, retentionAnswer } from './subjects.ts'
import { targetAnswer } from './targets.ts'
import { usageAnswer, usageQuery } from './usage.ts'

/** Every address of the control plane, with what it takes and answers. */
export const ENDPOINTS = {
  getBranding: { method: 'GET', path: '/api/v1/branding', answer: brandingAnswer },
  getApiOpenapiJson: { method: 'GET', path: '/api/openapi.json', answer: jsonObject },
  getApiDocs: { method: 'GET', path: '/api/docs', answer: 'text/html' },
  getApiDocsStyleCss: { method: 'GET', path: '/api/docs/style.css', answer: 'text/css' },
  postKeysLeaked: { method: 'POST', path: '/api/v1/keys:leaked', body: leakedKeyBody, answer: receivedAnswer },
  postSession: { method: 'POST', path: '/api/v1/session', body: signInBody, answer: sessionAnswer },
  getSessionMethods: { method: 'GET', path: '/api/v1/session/methods', answer: methodsAnswer },
  getSignInOidcName: { method: 'GET', path: '/api/v1/sign-in/oidc/:name', query: returnQuery },
  getSignInOidcNameCallback: { method: 'GET', path: '/api/v1/sign-in/oidc/:name/callback' },
  getSignInSamlName: { method: 'GET', path: '/api/v1/sign-in/saml/:name', query: returnQuery },
  postSignInSamlNameAcs: { method: 'POST', path: '/api/v1/sign-in/saml/:name/acs' },
  getSignInSamlNameMetadata: { method: 'GET', path: '/api/v1/sign-in/saml/:name/metadata', answer: 'application/samlmetadata+xml' },
  postAccessExplain: { method: 'POST', path: '/api/v1/access/explain', body: explainBody, answer: explainAnswer },
  getAccessWhoCan: { method: 'GET', path: '/api/v1/access/who-can', query: whoCanQuery, answer: whoCanAnswer },
  putMePassword: { method: 'PUT', path: '/api/v1/me/password', body: changePasswordBody },
  postMeSecondFactor: { method: 'POST', path: '/api/v1/me/second-factor', answer: enrolmentAnswer },
  postMeSecondFactorConfirm: { method: 'POST', path: '/api/v1/me/second-factor:confirm', body: confirmFactorBody, answer: recoveryCodesAnswer },
  deleteMeSecondFactor: { method: 'DELETE', path: '/api/v1/me/second-factor' },
  getMeSessions: { method: 'GET', path: '/api/v1/me/sessions', answer: listOf(openSessionAnswer) },
  deleteMeSessionsId: { method: 'DELETE', path: '/api/v1/me/sessions/:id' },
  getMeKeys: { method: 'GET', path: '/api/v1/me/keys', answer: listOf(personalKeyAnswer) },
  postMeKeys: { method: 'POST', path: '/api/v1/me/keys', body: newPersonalKeyBody, answer: newKeyAnswer },
  deleteMeKeysName: { method: 'DELETE', path: '/api/v1/me/keys/:name', answer: changedAnswer },
  getAlerts: { method: 'GET', path: '/api/v1/alerts', query: alertsQuery, answer: listOf(alertAnswer) },
  getAlertsId: { method: 'GET', path: '/api/v1/alerts/:id', answer: alertAnswer },
  postAlertsIdAcknowledge: { method: 'POST', path: '/api/v1/alerts/:id:acknowledge', body: acknowledgeBody, answer: alertAnswer },
  postAlertsTest: { method: 'POST', path: '/api/v1/alerts:test', body: testAlertBody, answer: testAlertAnswer },
  getAudit: { method: 'GET', path: '/api/v1/audit', query: auditQuery, answer: auditAnswer },
  getAuditCheckpoint: { method: 'GET', path: '/api/v1/audit/checkpoint', query: logQuery, answer: 'text/plain' },
  getAuditInclusion: { method: 'GET', path: '/api/v1/audit/inclusion', query: inclusionQuery, answer: inclusionAnswer },
  getAuditConsistency: { method: 'GET', path: '/api/v1/audit/consistency', query: consistencyQuery, answer: proofAnswer },
  getAuditVerify: { method: 'GET', path: '/api/v1/audit/verify', query: logQuery, answer: auditVerdictAnswer },
  getAuditExport: { method: 'GET', path: '/api/v1/audit/export', query: logQuery, answer: 'application/x-ndjson' },
  getMeBranding: { method: 'GET', path: '/api/v1/me/branding', answer: brandingAnswer },
  getBudgets: { method: 'GET', path: '/api/v1/budgets', answer: budgetsAnswer },
  getLimits: { method: 'GET', path: '/api/v1/limits', answer: limitsAnswer },
  getDocuments: { method: 'GET', path: '/api/v1/documents', query: documentsQuery, answer: listOf(documentAnswer) },
  getDocumentsKind: { method: 'GET', path: '/api/v1/documents/:kind', query: documentsQuery, answer: listOf(documentAnswer) },
  getDocumentsKindByName: { method: 'GET', path: '/api/v1/documents/:kind/*name', answer: documentAnswer },
  putDocumentsKindByName: { method: 'PUT', path: '/api/v1/documents/:kind/*name', body: jsonObject, answer: putDocumentAnswer },
  deleteDocumentsKindByName: { method: 'DELETE', path: '/api/v1/documents/:kind/*name', answer: changedAnswer },
  postDocumentsPlan: { method: 'POST', path: '/api/v1/documents:plan', query: changeQuery, body: changeDocumentsBody, answer: foresightAnswer },
  postDocumentsApply: { method: 'POST', path: '/api/v1/documents:apply', query: changeQuery, body: changeDocumentsBody, answer: planAnswer },
  getDocumentsExport: { method: 'GET', path: '/api/v1/documents:export', query: exportQuery, answer: 'application/yaml' },
  postGuardrailsTest: { method: 'POST', path: '/api/v1/guardrails/test', body: guardrailTest, answer: guardrailTestAnswer },
  getKeys: { method: 'GET', path: '/api/v1/keys', query: keysQuery, answer: listOf(keyAnswer) },
  postKeys: { method: 'POST', path: '/api/v1/keys', body: newKeyBody, answer: newKeyAnswer },
  deleteKeysByName: { method: 'DELETE', path: '/api/v1/keys/*name', answer: changedAnswer },
  getMe: { method: 'GET', path: '/api/v1/me', answer: meAnswer },
  getModels: { method: 'GET', path: '/api/v1/models', answer: modelsAnswer },
  getProviders: { method: 'GET', path: '/api/v1/providers', answer: providersAnswer },
  getOperationsFacets: { method: 'GET', path: '/api/v1/operations/facets', query: facetsQuery, answer: facetsAnswer },
  getOperationsLive: { method: 'GET', path: '/api/v1/operations/live', query: liveQuery, answer: 'text/event-stream' },
  getOperations: { method: 'GET', path: '/api/v1/operations', query: operationsQuery, answer: operationsAnswer },
  getOperationsId: { method: 'GET', path: '/api/v1/operations/:id', answer: operationAnswer },
  getDecisionsId: { method: 'GET', path: '/api/v1/decisions/:id', answer: decisionAnswer },
  getOverview: { method: 'GET', path: '/api/v1/overview', query: overviewQuery, answer: overviewAnswer },
  getAccessRequests: { method: 'GET', path: '/api/v1/access/requests', query: accessRequestsQuery, answer: accessRequestsAnswer },
  postAccessRequests: { method: 'POST', path: '/api/v1/access/requests', body: newAccessRequestBody, answer: accessRequestAnswer },
  getAccessRequestsId: { method: 'GET', path: '/api/v1/access/requests/:id', answer: accessRequestAnswer },
  postAccessRequestsIdApprove: { method: 'POST', path: '/api/v1/access/requests/:id:approve', body: approveBody, answer: accessRequestAnswer },
  postAccessRequestsIdDecline: { method: 'POST', path: '/api/v1/access/requests/:id:decline', body: declineBody, answer: accessRequestAnswer },
  postAccessRequestsIdWithdraw: { method: 'POST', path: '/api/v1/access/requests/:id:withdraw', answer: accessRequestAnswer },
  getAccessReviews: { method: 'GET', path: '/api/v1/access/reviews', query: pageQuery, answer: reviewsAnswer },
  postAccessReviews: { method: 'POST', path: '/api/v1/access/reviews', body: newReviewBody, answer: reviewAnswer },
  getAccessReviewsId: { method: 'GET', path: '/api/v1/access/reviews/:id', answer: reviewAnswer },
  getAccessReviewsIdItems: { method: 'GET', path: '/api/v1/access/reviews/:id/items', query: reviewItemsQuery, answer: reviewItemsAnswer },
  postAccessReviewsIdItemsNumber: { method: 'POST', path: '/api/v1/access/reviews/:id/items/:number', body: decideItemBody, answer: reviewAnswer },
  postAccessReviewsIdSign: { method: 'POST', path: '/api/v1/access/reviews/:id:sign', body: signBody, answer: reviewAnswer },
  getRevisions: { method: 'GET', path: '/api/v1/revisions', query: revisionsQuery, answer: listOf(revisionAnswer) },
  postRevisionsNumberRollback: { method: 'POST', path: '/api/v1/revisions/:number:rollback', answer: planAnswer },
  getPolicyStatus: { method: 'GET', path: '/api/v1/policy/status', answer: policyStatusAnswer },
  getAllJson: { method: 'GET', path: '/schemas/v1/all.json', answer: jsonObject },
  getKindsKind: { method: 'GET', path: '/schemas/v1/kinds/:kind', answer: jsonObject },
  getScimV2ProviderUsers: { method: 'GET', path: '/scim/v2/:provider/Users', answer: 'application/scim+json' },
  postScimV2ProviderUsers: { method: 'POST', path: '/scim/v2/:provider/Users', answer: 'application/scim+json' },
  getScimV2ProviderUsersId: { method: 'GET', path: '/scim/v2/:provider/Users/:id', answer: 'application/scim+json' },
  putScimV2ProviderUsersId: { method: 'PUT', path: '/scim/v2/:provider/Users/:id', answer: 'application/scim+json' },
  patchScimV2ProviderUsersId: { method: 'PATCH', path: '/scim/v2/:provider/Users/:id', answer: 'application/scim+json' },
  deleteScimV2ProviderUsersId: { method: 'DELETE', path: '/scim/v2/:provider/Users/:id' },
  getScimV2ProviderGroups: { method: 'GET', path: '/scim/v2/:provider/Groups', answer: 'application/scim+json' },
  postScimV2ProviderGroups: { method: 'POST', path: '/scim/v2/:provider/Groups', answer: 'application/scim+json' },
  getScimV2ProviderGroupsId: { method: 'GET', path: '/scim/v2/:provider/Groups/:id', answer: 'application/scim+json' },
  putScimV2ProviderGroupsId: { method: 'PUT', path: '/scim/v2/:provider/Groups/:id', answer: 'application/scim+json' },
  patchScimV2ProviderGroupsId: { method: 'PATCH', path: '/scim/v2/:provider/Groups/:id', answer: 'application/scim+json' },
  deleteScimV2ProviderGroupsId: { method: 'DELETE', path: '/scim/v2/:provider/Groups/:id' },
  getScimV2ProviderServiceProviderConfig: { method: 'GET', path: '/scim/v2/:provider/ServiceProviderConfig', answer: 'application/scim+json' },
  getScimV2ProviderResourceTypes: { method: 'GET', path: '/scim/v2/:provider/ResourceTypes', answer: 'application/scim+json' },
  getScimV2ProviderSchemas: { method: 'GET', path: '/scim/v2/:provider/Schemas', answer: 'application/scim+json' },
  getSecrets: { method: 'GET', path: '/api/v1/secrets', answer: listOf(secretAnswer) },
  putSecretsByName: { method: 'PUT', path: '/api/v1/secrets/*name', body: secretBody, answer: secretAnswer },
  deleteSecretsByName: { method: 'DELETE', path: '/api/v1/secrets/*name' },
  postSecretsByNameReveal: { method: 'POST', path: '/api/v1/secrets/*name:reveal', body: revealBody, answer: revealAnswer },
  postVaultRotate: { method: 'POST', path: '/api/v1/vault:rotate' },
  getSession: { method: 'GET', path: '/api/v1/session', answer: sessionAnswer },
  postSessionStepUp: { method: 'POST', path: '/api/v1/session/step-up', body: stepUpBody, answer: sessionAnswer },
  deleteSession: { method: 'DELETE', path: '/api/v1/session' },
  getSubjectsBySubjectExport: { method: 'GET', path: '/api/v1/subjects/*subject/export', answer: 'application/x-ndjson' },
  postSubjectsBySubjectErase: { method: 'POST', path: '/api/v1/subjects/*subject:erase', body: eraseBody, answer: eraseAnswer },
  getHolds: { method: 'GET', path: '/api/v1/holds', answer: listOf(holdAnswer) },
  postHolds: { method: 'POST', path: '/api/v1/holds', body: holdBody, answer: holdAnswer },
  deleteHoldsId: { method: 'DELETE', path: '/api/v1/holds/:id' },
  getRetention: { method: 'GET', path: '/api/v1/retention', answer: retentionAnswer },
  getTargets: { method: 'GET', path: '/api/v1/targets', answer: listOf(targetAnswer) },
  getTeams: { method: 'GET', path: '/api/v1/teams', answer: teamsAnswer },
  getApps: { method: 'GET', path: '/api/v1/apps', answer: programsAnswer },
  getUsage: { method: 'GET', path: '/api/v1/usage', query: usageQuery, answer: usageAnswer },
  getUsers: { method: 'GET', path: '/api/v1/users', query: usersQuery, answer: listOf(userAnswer) },
  postUsers: { method: 'POST', path: '/api/v1/users', body: newUserBody, answer: oneTimePasswordAnswer },
  getUsersId: { method: 'GET', path: '/api/v1/users/:id', answer: userAnswer },
  patchUsersId: { method: 'PATCH', path: '/api/v1/users/:id', body: changeUserBody, answer: userAnswer },
  postUsersIdResetPassword: { method: 'POST', path: '/api/v1/users/:id:reset-password', answer: oneTimePasswordAnswer },
  deleteUsersIdSecondFactor: { method: 'DELETE', path: '/api/v1/users/:id/second-factor' },
  deleteUsersIdSessions: { method: 'DELETE', path: '/api/v1/users/:id/sessions' },
  deleteUsersId: { method: 'DELETE', path: '/api/v1/users/:id' },
} as const
