import {
  type Alerts,
  alertKind,
  createAlerts,
  type Firing,
  type SignalSources,
  TELL,
} from '../governance/alerts/index.ts'
import { brandingFor } from '../governance/branding/index.ts'
import { spentOfBudgets } from '../governance/limits/index.ts'
import type { Clock } from '../lib/clock.ts'
import type { IdMaker } from '../lib/ids.ts'
import type { Random } from '../lib/random.ts'
import type { TargetHealth } from '../models/routing/index.ts'
import type { Config } from '../platform/config/index.ts'
import { smtpMailer } from '../platform/egress/index.ts'
import { jobs } from '../platform/jobs/index.ts'
import type { Logger } from '../platform/telemetry/index.ts'
import type { Ground } from './ground.ts'

/** What alerting is built from. */
export interface AlertingOptions {
  readonly ground: Pick<Ground, 'database' | 'policy' | 'ledger' | 'auditing' | 'egress' | 'vault'>
  readonly config: Config
  readonly clock: Clock
  readonly random: Random
  readonly ids: IdMaker
  readonly log: Logger
  readonly health: TargetHealth
}

/** Alerts, and the work behind them. */
export interface Alerting {
  readonly alerts: Alerts
  /** Begins to look every minute; on nodes that do background work. */
  readonly start: () => Promise<void>
  readonly stop: () => Promise<void>
}

const LOOK = 'alerts.look'
const LOOK_EVERY_MS = 60_000

/** Makes the alerts over the running gateway's ledger, policy, targets and audit log. */
export function alerting(options: AlertingOptions): Alerting {
  const { ground, config, clock, random, ids, log } = options
  const { database, policy, vault, egress, auditing } = ground
  const mailer =
    config.smtpUrl === undefined
      ? undefined
      : smtpMailer({ url: config.smtpUrl, from: config.mailFrom, now: clock.now })
  const work = jobs({
    database,
    clock,
    random,
    node: ids('node'),
    handlers: { [LOOK]: () => alerts.look(), [TELL]: (payload) => alerts.tell(payload) },
    onFailure: (job, cause) => log.warn('job failed', { job: job.id, cause: String(cause) }),
  })
  const alerts = createAlerts({
    database,
    clock,
    ids,
    audit: auditing.audit,
    documents: () => policy.documents().all(alertKind),
    sources: sourcesOf(options),
    delivery: { egress, mailer, clock, secret: async (ref) => (await vault.resolve(ref)).reveal() },
    enqueue: work.enqueue,
    product: () => brandingFor(policy.documents()).name,
    href: (id) => `${config.publicUrl}/console/alerts/${id}`,
    problem: (message) => log.warn(message),
  })
  return {
    alerts,
    start: async () => {
      await work.enqueue({ id: LOOK, kind: LOOK, everyMs: LOOK_EVERY_MS })
      work.start()
    },
    stop: work.stop,
  }
}

function sourcesOf({ ground, clock, health }: AlertingOptions): SignalSources {
  const { policy, ledger, auditing } = ground
  return {
    now: clock.now,
    usage: ledger.usage,
    budgets: (names) => {
      const { limits } = policy.holder.current()
      const wanted = names ?? limits.budgets.map(({ name }) => name)
      return spentOfBudgets({ index: limits, spentSince: ledger.spentSince, nowMs: clock.now() }, wanted)
    },
    ailingTargets: () => health.report().flatMap(({ target, state }) => (state === 'cooling' ? [target] : [])),
    policyFaults: () => policy.status().faults,
    anchoringFaults: () => auditing.status().flatMap(anchoringFaults),
    leakedKeys: async (since) => {
      const entries = await auditing.audit.list({ filter: { action: 'key.leaked', from: since }, limit: 200 })
      const known = new Set(
        [...policy.holder.current().identity.keys.values()].map(({ caller }) => `Key/${caller.key}`),
      )
      const reported = new Set(entries.flatMap(({ object }) => (object !== null && known.has(object) ? [object] : [])))
      return [...reported].map((key) => key.slice('Key/'.length))
    },
  }
}

/** Two failures in a row: one is a hiccup. */
const FAILURES = 2

function anchoringFaults({
  log,
  broken,
  anchors,
}: ReturnType<Ground['auditing']['status']>[number]): readonly Firing[] {
  const away = anchors.filter(({ failures }) => failures >= FAILURES)
  return [
    ...(broken === undefined
      ? []
      : [{ subject: log, summary: `the log ${log} is not what was signed before: ${broken}` }]),
    ...away.map(({ name, lastError = '' }) => ({
      subject: name,
      summary: `the anchor ${name} takes no checkpoints: ${lastError}`,
    })),
  ]
}
