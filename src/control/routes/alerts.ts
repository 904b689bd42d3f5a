import {
  type AlertAnswer,
  acknowledgeBody,
  alertAnswer,
  alertsQuery,
  testAlertAnswer,
  testAlertBody,
} from '../../contract/alerts.ts'
import { listOf } from '../../contract/list.ts'
import type { AlertRow, Alerts } from '../../governance/alerts/index.ts'
import { parseBody } from '../parse-body.ts'
import type { Route } from '../route-types.ts'
import { readQuery } from './query.ts'

/** What the routes of alerts need. */
export interface AlertServices {
  readonly alerts: Alerts
}

function answerOf(row: AlertRow): AlertAnswer {
  const { id, alert, signal, subject, severity, summary, state, note } = row
  const instant = (ms: number) => new Date(ms).toISOString()
  const maybe = (ms: number | null) => (ms === null ? null : instant(ms))
  return {
    ...{ id, alert, signal, subject, severity, summary, state, note },
    openedAt: instant(row.opened_at),
    seenAt: instant(row.seen_at),
    resolvedAt: maybe(row.resolved_at),
    acknowledgedAt: maybe(row.acknowledged_at),
    acknowledgedBy: row.acknowledged_by,
    toldAt: maybe(row.told_at),
  }
}

/** `/api/v1/alerts…`: what is too much, what was, and who saw it. */
export const alertRoutes: readonly Route<AlertServices>[] = [
  {
    method: 'GET',
    path: '/api/v1/alerts',
    permission: 'alerts:read',
    summary: 'Alerts, newest first.',
    query: alertsQuery,
    answer: listOf(alertAnswer),
    handle: async ({ query }, { alerts }) => {
      const { limit, cursor, state, alert } = readQuery(alertsQuery, query)
      const rows = await alerts.list({ limit, before: cursor, state, alert })
      const nextCursor = rows.length === limit ? (rows.at(-1)?.id ?? null) : null
      return { status: 200, body: { items: rows.map(answerOf), nextCursor } }
    },
  },
  {
    method: 'GET',
    path: '/api/v1/alerts/:id',
    permission: 'alerts:read',
    summary: 'One alert.',
    answer: alertAnswer,
    handle: async ({ params }, { alerts }) => ({ status: 200, body: answerOf(await alerts.find(params.id ?? '')) }),
  },
  {
    method: 'POST',
    path: '/api/v1/alerts/:id:acknowledge',
    permission: 'alerts:write',
    summary: 'Somebody saw it: it is not told again until it ends.',
    body: acknowledgeBody,
    answer: alertAnswer,
    handle: async ({ params, body, origin }, { alerts }) => {
      const { note } = parseBody(acknowledgeBody, body ?? {})
      return { status: 200, body: answerOf(await alerts.acknowledge(params.id ?? '', origin, note)) }
    },
  },
  {
    method: 'POST',
    path: '/api/v1/alerts:test',
    permission: 'alerts:write',
    summary: 'Sends a test message to every channel of an Alert document.',
    body: testAlertBody,
    answer: testAlertAnswer,
    handle: async ({ body }, { alerts }) => {
      const { alert } = parseBody(testAlertBody, body)
      return { status: 200, body: { channels: await alerts.test(alert) } }
    },
  },
]
