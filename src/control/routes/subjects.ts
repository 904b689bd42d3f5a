import { listOf } from '../../contract/list.ts'
import { eraseAnswer, eraseBody, holdAnswer, holdBody, retentionAnswer } from '../../contract/subjects.ts'
import type { Audit } from '../../governance/audit/index.ts'
import { type Hold, heldBy, type Ledger, type Records } from '../../governance/usage/index.ts'
import { GatewayError } from '../../lib/errors.ts'
import type { IdMaker } from '../../lib/ids.ts'
import type { SubjectKeys } from '../../platform/vault/index.ts'
import { parseBody } from '../parse-body.ts'
import type { ControlReply, ControlRequest, Route } from '../route-types.ts'
import { operationAnswerOf } from './operations.ts'

/** What these routes need. */
export interface SubjectServices {
  readonly audit: Pick<Audit, 'append' | 'record' | 'list'>
  readonly ledger: Pick<Ledger, 'list' | 'find' | 'flush'>
  readonly records: Records
  readonly subjects: SubjectKeys
  /** Forgets what the gate keeps of conversations. */
  readonly forgetResponses: (principal: string) => Promise<void>
  readonly ids: IdMaker
}

const PAGE = 200

/** `/api/v1/subjects/…`, `/api/v1/holds…`, `/api/v1/retention`: what is kept of whom, for how long, and its end. */
export const subjectRoutes: readonly Route<SubjectServices>[] = [
  {
    method: 'GET',
    path: '/api/v1/subjects/*subject/export',
    permission: 'content:read',
    fresh: 5,
    audited: 'subject.export',
    summary: 'Everything that is kept of a person or program, as a file: operations with their content, audit entries.',
    answer: 'application/x-ndjson',
    handle: async ({ params }, services) => exportSubject(subjectIn(params), services),
  },
  {
    method: 'POST',
    path: '/api/v1/subjects/*subject:erase',
    permission: 'records:delete',
    fresh: 5,
    summary:
      'Destroys the key under which the captured content of a person or program is sealed, and their kept responses.',
    body: eraseBody,
    answer: eraseAnswer,
    handle: erase,
  },
  {
    method: 'GET',
    path: '/api/v1/holds',
    permission: 'records:delete',
    summary: 'The legal holds: what neither expires nor is erased.',
    answer: listOf(holdAnswer),
    handle: async (_, { records }) => {
      const items = (await records.holds()).map(holdOf)
      return { status: 200, body: { items, nextCursor: null } }
    },
  },
  {
    method: 'POST',
    path: '/api/v1/holds',
    permission: 'records:delete',
    summary: 'Lays a legal hold on a scope.',
    body: holdBody,
    answer: holdAnswer,
    status: 201,
    handle: async ({ body, origin }, { records, audit, ids }) => {
      const { scope, reason } = parseBody(holdBody, body)
      const laid = { id: ids('hold'), scope, reason, actor: origin.actor }
      const told = { ...origin, action: 'hold.lay', object: scope, reason }
      const hold = await records.lay(laid, (tables) => audit.append(tables, told))
      return { status: 201, body: holdOf(hold) }
    },
  },
  {
    method: 'DELETE',
    path: '/api/v1/holds/:id',
    permission: 'records:delete',
    fresh: 5,
    summary: 'Lifts a legal hold.',
    answer: 'nothing',
    handle: async ({ params, origin }, { records, audit }) => {
      const lifted = await records.lift(params.id ?? '', (tables, hold) =>
        audit.append(tables, { ...origin, action: 'hold.lift', object: hold.scope, facts: { id: hold.id } }),
      )
      if (!lifted) throw new GatewayError('not_found', { message: `There is no hold ${params.id}.` })
      return { status: 204 }
    },
  },
  {
    method: 'GET',
    path: '/api/v1/retention',
    permission: 'records:delete',
    summary: 'What the next run of retention would delete. Touches nothing.',
    answer: retentionAnswer,
    handle: async (_, { records }) => {
      const { operationsBefore, ...counts } = await records.preview()
      const before =
        operationsBefore === undefined ? {} : { operationsBefore: new Date(operationsBefore).toISOString() }
      return { status: 200, body: { ...before, ...counts } }
    },
  },
]

function subjectIn(params: Readonly<Record<string, string>>): string {
  const subject = params.subject ?? ''
  if (/^(user|app|agent):\S{1,256}$/.test(subject)) return subject
  throw new GatewayError('invalid_request', { message: 'A subject is user:x, app:x or agent:x.', param: 'subject' })
}

async function erase(request: ControlRequest, services: SubjectServices): Promise<ControlReply> {
  const subject = subjectIn(request.params)
  const { reason } = parseBody(eraseBody, request.body)
  const held = heldBy(await services.records.holds())
  const name = subject.slice(subject.indexOf(':') + 1)
  if (held.all || held.user.includes(name) || (subject.startsWith('app:') && held.app.includes(name))) {
    throw new GatewayError('conflict', { message: `A legal hold keeps what there is of ${subject}.` })
  }
  const told = { ...request.origin, action: 'subject.erase', object: subject, reason }
  const destroyed = await services.subjects.destroy(subject, (tables) => services.audit.append(tables, told))
  await services.forgetResponses(subject)
  if (!destroyed) await services.audit.record({ ...told, facts: { content: 'none was kept' } })
  return { status: 200, body: { subject, destroyed } }
}

function exportSubject(subject: string, { ledger, audit }: SubjectServices): ControlReply {
  const encoder = new TextEncoder()
  const line = (value: object) => encoder.encode(`${JSON.stringify(value)}\n`)
  const filter = subject.startsWith('user:') ? { user: subject.slice('user:'.length) } : { principal: subject }
  async function* lines(): AsyncGenerator<Uint8Array> {
    yield line({ export: 'gatehouse-subject/1', subject })
    await ledger.flush(1_000)
    for (let after: { readonly id: string } | undefined; ; ) {
      const page = await ledger.list(filter, { limit: PAGE, ...(after && { after }) })
      for (const { id } of page) {
        const record = await ledger.find('id', id)
        if (record) yield line({ operation: operationAnswerOf(record) })
      }
      after = page.at(-1)
      if (page.length < PAGE) break
    }
    for (const by of [{ actor: subject }, { object: subject }]) {
      for (let before: number | undefined; ; ) {
        const rows = await audit.list({ filter: by, limit: PAGE, before })
        for (const { entry } of rows) yield line({ audit: JSON.parse(entry) as object })
        before = rows.at(-1)?.sequence
        if (rows.length < PAGE) break
      }
    }
  }
  const headers = {
    'content-type': 'application/x-ndjson',
    'content-disposition': 'attachment; filename="subject.ndjson"',
  }
  return { status: 200, body: streamOf(lines()), headers }
}

function streamOf(lines: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull: async (controller) => {
      const next = await lines.next()
      if (next.done) controller.close()
      else controller.enqueue(next.value)
    },
    cancel: async () => void (await lines.return(undefined)),
  })
}

function holdOf({ id, scope, reason, actor, at }: Hold) {
  return { id, scope, reason, by: actor, at: new Date(at).toISOString() }
}
