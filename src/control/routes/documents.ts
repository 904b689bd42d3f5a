import {
  changeDocumentsBody,
  changedAnswer,
  changeQuery,
  type DocumentAnswer,
  documentAnswer as documentShape,
  documentsQuery,
  exportQuery,
  foresightAnswer,
  planAnswer,
  putDocumentAnswer,
} from '../../contract/documents.ts'
import { jsonObject, listOf } from '../../contract/list.ts'
import { GatewayError } from '../../lib/errors.ts'
import { type Document, readYaml } from '../../platform/documents/index.ts'
import { etagOf, type Policy } from '../../policy/index.ts'
import { ask, DOCUMENT_WRITERS, type PermitServices, permitChanges, writerOf } from '../document-permissions.ts'
import { belongsTo } from '../document-place.ts'
import type { ControlRequest, Route } from '../route-types.ts'
import { changeOf } from './change-body.ts'
import { readQuery } from './query.ts'

/** What the routes of documents need. */
export interface DocumentServices extends PermitServices {
  readonly policy: Policy
}

/** A document as answers show it. */
export function documentAnswer(document: Document): DocumentAnswer {
  const written = document.written as Pick<DocumentAnswer, 'apiVersion' | 'kind' | 'metadata' | 'spec'>
  return { ...written, owner: document.owner, origin: document.origin, etag: etagOf(document.written) }
}

function found(policy: Policy, { params, reach }: ControlRequest): Document {
  const { kind = '', name = '' } = params
  const document = policy.find(kind, name)
  if (!document || !belongsTo(document, reach, policy.holder.current()))
    throw new GatewayError('not_found', { message: `There is no ${kind} named ${name}.` })
  return document
}

/** `{items, nextCursor}` of documents, a kind's or all, ordered by kind and name. The cursor is the last one's key. */
function listed(policy: Policy, { query, params, reach }: ControlRequest) {
  const { kind: asked, limit, cursor } = readQuery(documentsQuery, query)
  const kind = params.kind ?? asked
  if (kind && !policy.kinds.some((known) => known.kind === kind)) {
    throw new GatewayError('not_found', { message: `There is no kind ${kind}.` })
  }
  const snapshot = policy.holder.current()
  const all = snapshot.documents.documents.filter(
    (document) => (!kind || document.kind === kind) && belongsTo(document, reach, snapshot),
  )
  const start = cursor ? all.findIndex((document) => `${document.kind}/${document.name}` === cursor) + 1 : 0
  const page = all.slice(start, start + limit)
  const last = page.at(-1)
  const more = start + limit < all.length && last
  return { items: page.map(documentAnswer), nextCursor: more ? `${last.kind}/${last.name}` : null }
}

/** The document of a `PUT`; what its path says may be left out of it. */
function putBody({ body, params }: ControlRequest): unknown {
  const { kind = '', name = '' } = params
  const text =
    typeof body === 'string' ? readYaml({ file: `${kind}/${name}`, text: body, owner: 'console' }) : undefined
  const value: unknown = text ? text.documents[0]?.value : body
  if (typeof value !== 'object' || value === null || (text && text.problems.length > 0)) {
    throw new GatewayError('invalid_request', { message: 'Send one document, as JSON or as YAML.' })
  }
  // What an answer adds to a document may come back with it.
  const { owner: _, origin: __, etag: ___, ...document } = value as Record<string, unknown>
  const metadata = { name, ...(typeof document.metadata === 'object' ? document.metadata : {}) }
  if ((document.kind ?? kind) !== kind || metadata.name !== name) {
    throw new GatewayError('invalid_request', { message: 'The document is not the one that the address names.' })
  }
  return { ...document, kind, metadata }
}

/** `/api/v1/documents…`: the documents of policy, one by one and together. */
export const documentRoutes: readonly Route<DocumentServices>[] = [
  {
    method: 'GET',
    path: '/api/v1/documents',
    permission: 'documents:read',
    scoped: true,
    summary: 'All documents, or those of a kind.',
    query: documentsQuery,
    answer: listOf(documentShape),
    handle: async (request, { policy }) => ({ status: 200, body: listed(policy, request) }),
  },
  {
    method: 'GET',
    path: '/api/v1/documents/:kind',
    permission: 'documents:read',
    scoped: true,
    summary: 'The documents of a kind.',
    query: documentsQuery,
    answer: listOf(documentShape),
    handle: async (request, { policy }) => ({ status: 200, body: listed(policy, request) }),
  },
  {
    method: 'GET',
    path: '/api/v1/documents/:kind/*name',
    permission: 'documents:read',
    scoped: true,
    summary: 'One document with its owner and origin.',
    answer: documentShape,
    handle: async (request, { policy }) => {
      const document = found(policy, request)
      return { status: 200, body: documentAnswer(document), headers: { etag: etagOf(document.written) } }
    },
  },
  {
    method: 'PUT',
    path: '/api/v1/documents/:kind/*name',
    permission: DOCUMENT_WRITERS,
    summary: 'Creates or changes one document. If-Match guards against overwriting what changed meanwhile.',
    body: jsonObject,
    takesYaml: true,
    answer: putDocumentAnswer,
    handle: async (request, { policy, people }) => {
      const { kind = '', name = '' } = request.params
      ask(request.rights, writerOf(kind))
      const existed = policy.find(kind, name) !== undefined
      const ifMatch = request.headers.get('if-match')
      const applied = await policy.putDocument({
        document: putBody(request),
        author: request.caller.principal,
        origin: request.origin,
        ifAbsent: request.headers.get('if-none-match') === '*',
        ...(ifMatch ? { ifMatch } : {}),
        permit: permitChanges(request, { policy, people }),
      })
      const document = found(policy, { ...request, reach: 'everything' })
      const headers = { etag: etagOf(document.written) }
      return { status: existed ? 200 : 201, body: { ...documentAnswer(document), revision: applied.number }, headers }
    },
  },
  {
    method: 'DELETE',
    path: '/api/v1/documents/:kind/*name',
    permission: DOCUMENT_WRITERS,
    summary: 'Deletes one document, if no other refers to it.',
    answer: changedAnswer,
    handle: async (request, { policy, people }) => {
      const { params, headers, caller } = request
      const { kind = '', name = '' } = params
      ask(request.rights, writerOf(kind))
      const ifMatch = headers.get('if-match')
      const permit = permitChanges(request, { policy, people })
      const remove = {
        kind,
        name,
        author: caller.principal,
        origin: request.origin,
        permit,
        ...(ifMatch ? { ifMatch } : {}),
      }
      const applied = await policy.deleteDocument(remove)
      return { status: 200, body: { revision: applied.number } }
    },
  },
  {
    method: 'POST',
    path: '/api/v1/documents:plan',
    permission: 'documents:read',
    summary:
      'What applying documents would change, for whom, and what it would have done to what was recorded. Changes nothing.',
    query: changeQuery,
    body: changeDocumentsBody,
    takesYaml: true,
    answer: foresightAnswer,
    handle: async (request, { policy }) => {
      const { intent, replayMs } = changeOf(request)
      // What others did is told by a replay, so it takes what their operations take.
      if (replayMs !== undefined) ask(request.rights, 'operations:read')
      const { number, revision } = policy.status()
      return { status: 200, body: { number, revision, ...(await policy.foresee(intent, { replayMs })) } }
    },
  },
  {
    method: 'POST',
    path: '/api/v1/documents:apply',
    fresh: 60,
    permission: DOCUMENT_WRITERS,
    summary: 'Applies documents in one transaction: all of them or none.',
    query: changeQuery,
    body: changeDocumentsBody,
    takesYaml: true,
    answer: planAnswer,
    handle: async (request, { policy, people }) => {
      const { intent, ifRevision, reason } = changeOf(request)
      const author = request.caller.principal
      const permit = permitChanges(request, { policy, people })
      const change = { author, origin: request.origin, reason, permit, ...(ifRevision ? { ifRevision } : {}) }
      return { status: 200, body: await policy.apply(intent, change) }
    },
  },
  {
    method: 'GET',
    path: '/api/v1/documents:export',
    permission: 'documents:export',
    summary: 'All documents of a revision as YAML.',
    query: exportQuery,
    answer: 'application/yaml',
    audited: 'documents.export',
    handle: async ({ query }, { policy }) => {
      const text = await policy.export(readQuery(exportQuery, query).revision)
      return { status: 200, body: text, headers: { 'content-type': 'application/yaml' } }
    },
  },
]
