import type { Clock } from '../../lib/clock.ts'
import { GatewayError } from '../../lib/errors.ts'
import type { IdMaker } from '../../lib/ids.ts'
import type { Document } from '../../platform/documents/index.ts'
import type { Jobs } from '../../platform/jobs/index.ts'
import type { Database } from '../../platform/storage/index.ts'
import type { Audit, AuditOrigin } from '../audit/index.ts'
import type { AlertSpec } from './alert.kind.ts'
import {
  type AlertPage,
  type AlertRow,
  deleteResolved,
  findAlert,
  lastingAlerts,
  listAlerts,
  openAlert,
  updateAlert,
} from './alerts.store.ts'
import { channelName, type DeliveryTools, deliver } from './deliver.ts'
import type { AlertMessage, Occasion } from './message.ts'
import { type Firing, firingOf, type SignalSources } from './signals.ts'

/** What watches and tells. */
export interface Alerts {
  /** Looks at every signal once: opens what is too much, resolves what no longer is, and asks for whom to tell. */
  readonly look: () => Promise<void>
  /** Tells one channel of one alert: what the jobs of {@link TELL} do. Rejects when the channel does not take it. */
  readonly tell: (payload: unknown) => Promise<void>
  readonly list: (page: AlertPage) => Promise<readonly AlertRow[]>
  /** Throws `not_found`. */
  readonly find: (id: string) => Promise<AlertRow>
  /** Somebody saw it: it is not told again, but when it ends. Throws `not_found`, `conflict` when it has ended. */
  readonly acknowledge: (id: string, by: AuditOrigin, note: string | undefined) => Promise<AlertRow>
  /** Sends a test message to every channel of an Alert document, and says how each took it. Throws `not_found`. */
  readonly test: (name: string) => Promise<readonly { readonly channel: string; readonly error?: string }[]>
}

/** What {@link createAlerts} needs; the database must be migrated. */
export interface AlertOptions {
  readonly database: Database
  readonly clock: Clock
  readonly ids: IdMaker
  readonly audit: Pick<Audit, 'append'>
  readonly documents: () => readonly Document<AlertSpec>[]
  readonly sources: SignalSources
  readonly delivery: DeliveryTools
  readonly enqueue: Jobs['enqueue']
  /** What the product is called, and where an alert can be seen. */
  readonly product: () => string
  readonly href: (id: string) => string
  /** Told when a signal could not be read or nobody took a message for a day. */
  readonly problem: (message: string) => void
}

/** The kind of the jobs that tell a channel. */
export const TELL = 'alerts.tell'

const DAY_MS = 24 * 3_600_000
const KEPT_MS = 90 * DAY_MS
const LONGEST_SUMMARY = 500
/** Of one alert so many subjects are told apart; a thousand users over their budgets are one piece of news. */
const MOST_SUBJECTS = 200

/** Makes the alerts of an organisation. Nothing is looked at until `look`. */
export function createAlerts(options: AlertOptions): Alerts {
  const { database, clock } = options
  const find = async (id: string) => {
    const row = await findAlert(database, id)
    if (!row) throw new GatewayError('not_found', { message: 'There is no such alert.' })
    return row
  }
  return {
    look: () => look(options),
    tell: (payload) => tell(options, payload),
    list: (page) => listAlerts(database, page),
    find,
    acknowledge: async (id, origin, note) => {
      const row = await find(id)
      if (row.state === 'resolved') throw new GatewayError('conflict', { message: 'This alert has ended.' })
      const now = clock.now()
      await database.transaction(async (tables) => {
        const change = {
          state: 'acknowledged',
          acknowledged_at: now,
          acknowledged_by: origin.actor,
          note: note ?? null,
        } as const
        await updateAlert(tables, id, change)
        const facts = { alert: row.alert, subject: row.subject }
        await options.audit.append(tables, { ...origin, action: 'alert.acknowledge', object: id, reason: note, facts })
      })
      return find(id)
    },
    test: (name) => testChannels(options, name),
  }
}

async function look(options: AlertOptions): Promise<void> {
  const { database, clock, documents, sources, problem } = options
  const now = clock.now()
  const lasting = new Map((await lastingAlerts(database)).map((row) => [row.lasting, row]))
  const seen = new Set<string>()
  const unread = new Set<string>()
  for (const document of documents()) {
    if (document.spec.mode === 'off') continue
    try {
      for (const firing of bounded(await firingOf(document.spec.watch, sources))) {
        const key = `${document.name} ${firing.subject}`
        seen.add(key)
        const known = lasting.get(key)
        if (known) await goesOn(options, { document, known, firing })
        else await opens(options, { document, firing, key })
      }
    } catch (cause) {
      // What cannot be read has not ended.
      unread.add(document.name)
      problem(
        `the alert ${document.name} could not be looked at: ${cause instanceof Error ? cause.message : String(cause)}`,
      )
    }
  }
  for (const [key, row] of lasting) if (!seen.has(key) && !unread.has(row.alert)) await ends(options, row)
  await deleteResolved(database, now - KEPT_MS)
}

function bounded(firing: readonly Firing[]): readonly Firing[] {
  if (firing.length <= MOST_SUBJECTS) return firing
  const [first] = firing
  return [{ subject: '(many)', summary: `${firing.length} at once, the first of them: ${first?.summary ?? ''}` }]
}

interface Opening {
  readonly document: Document<AlertSpec>
  readonly firing: Firing
  readonly key: string
}

async function opens(options: AlertOptions, { document, firing, key }: Opening): Promise<void> {
  const now = options.clock.now()
  const row: AlertRow = {
    id: options.ids('alr'),
    alert: document.name,
    signal: document.spec.watch.signal,
    subject: firing.subject,
    severity: document.spec.severity,
    summary: firing.summary.slice(0, LONGEST_SUMMARY),
    state: 'open',
    opened_at: now,
    seen_at: now,
    resolved_at: null,
    acknowledged_at: null,
    acknowledged_by: null,
    note: null,
    told_at: isTold(document) ? now : null,
    lasting: key,
  }
  if (await openAlert(options.database, row)) await ask(options, document, { row, occasion: 'opened' })
}

function isTold({ spec }: Document<AlertSpec>): boolean {
  return spec.mode === 'enforce' && spec.tell.length > 0
}

interface Lasting {
  readonly document: Document<AlertSpec>
  readonly known: AlertRow
  readonly firing: Firing
}

async function goesOn(options: AlertOptions, { document, known, firing }: Lasting): Promise<void> {
  const now = options.clock.now()
  const isDue =
    known.state === 'open' && isTold(document) && now - (known.told_at ?? known.opened_at) >= document.spec.repeatAfter
  const summary = firing.summary.slice(0, LONGEST_SUMMARY)
  const { severity } = document.spec
  await updateAlert(options.database, known.id, { seen_at: now, summary, severity, ...(isDue ? { told_at: now } : {}) })
  if (isDue) await ask(options, document, { row: { ...known, summary }, occasion: 'reminder' })
}

async function ends(options: AlertOptions, row: AlertRow): Promise<void> {
  const now = options.clock.now()
  await updateAlert(options.database, row.id, { state: 'resolved', resolved_at: now, lasting: row.id })
  const document = options.documents().find(({ name }) => name === row.alert)
  if (document && row.told_at !== null) await ask(options, document, { row, occasion: 'resolved' })
}

interface Telling {
  readonly row: AlertRow
  readonly occasion: Occasion
}

/** One job for each channel, so that one that is away holds no other up; it is tried again for a day. */
async function ask(options: AlertOptions, document: Document<AlertSpec>, { row, occasion }: Telling): Promise<void> {
  if (!isTold(document)) return
  const now = options.clock.now()
  for (const [channel] of document.spec.tell.entries()) {
    const payload = { id: row.id, occasion, channel, until: now + DAY_MS }
    await options.enqueue({ id: `${TELL} ${row.id} ${occasion} ${now} ${channel}`, kind: TELL, payload })
  }
}

interface TellPayload {
  readonly id: string
  readonly occasion: Occasion
  readonly channel: number
  readonly until: number
}

async function tell(options: AlertOptions, payload: unknown): Promise<void> {
  // Sound: these payloads are written by `ask` alone.
  const { id, occasion, channel: place, until } = payload as TellPayload
  const alert = await findAlert(options.database, id)
  const document = alert && options.documents().find(({ name }) => name === alert.alert)
  const channel = document?.spec.tell[place]
  if (!alert || !channel) return
  if (options.clock.now() >= until) {
    return options.problem(
      `${channelName(channel)} took no message of the alert ${alert.alert} for a day; it is dropped`,
    )
  }
  await deliver(channel, messageOf(options, alert, occasion), options.delivery)
}

function messageOf(options: AlertOptions, alert: AlertRow, occasion: Occasion): AlertMessage {
  return { occasion, alert, product: options.product(), href: options.href(alert.id) }
}

async function testChannels(options: AlertOptions, name: string) {
  const document = options.documents().find((one) => one.name === name)
  if (!document) throw new GatewayError('not_found', { message: `There is no Alert named ${name}.` })
  const now = options.clock.now()
  const { watch, severity, tell: channels } = document.spec
  const summary = 'this is a test; nothing is wrong'
  const nothing = { resolved_at: null, acknowledged_at: null, acknowledged_by: null, note: null, told_at: null }
  const row: AlertRow = {
    ...{
      id: 'alr_test',
      alert: name,
      signal: watch.signal,
      subject: '',
      severity,
      summary,
      state: 'open',
      lasting: '',
    },
    ...nothing,
    opened_at: now,
    seen_at: now,
  }
  return Promise.all(
    channels.map(async (channel) => {
      try {
        await deliver(channel, messageOf(options, row, 'test'), options.delivery)
        return { channel: channelName(channel) }
      } catch (cause) {
        const error = cause instanceof GatewayError ? cause.publicMessage : 'The mail server or the secret was refused.'
        return { channel: channelName(channel), error }
      }
    }),
  )
}
