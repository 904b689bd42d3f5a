import { hostname } from 'node:os'
import { join } from 'node:path'
import { CONTROL_ROUTES, type ControlServices, controlPlane, OPEN_ROUTES } from '../control/index.ts'
import { type Gate, replayStore, routerOf, SURFACES, type TraceIds } from '../gate/index.ts'
import type { Alerts } from '../governance/alerts/index.ts'
import { guardrailTrial, pseudonymSessions } from '../governance/guardrails/index.ts'
import { scim } from '../governance/sso/index.ts'
import { type Clock, systemClock } from '../lib/clock.ts'
import { type IdMaker, idMaker } from '../lib/ids.ts'
import { type Random, systemRandom } from '../lib/random.ts'
import { tokenCache } from '../models/providers/index.ts'
import { deadlineWatch, targetHealth } from '../models/routing/index.ts'
import type { Config, Environment } from '../platform/config/index.ts'
import {
  type Logger,
  metricsRegistry,
  noTracing,
  otlpTracing,
  type Tracing,
  traceIds,
} from '../platform/telemetry/index.ts'
import { admissionControl } from './admission.ts'
import { alerting } from './alerting.ts'
import { type Ground, openGround } from './ground.ts'
import type { ListenerParts } from './listener.ts'
import { ownAddresses } from './own.ts'
import { reporter } from './report.ts'
import { openWebApp } from './static.ts'

/** What the composition is made from. */
export interface ComposeOptions {
  readonly config: Config
  readonly environment: Environment
  readonly log: Logger
  readonly clock?: Clock
  readonly random?: Random
}

/** Everything that runs, wired; nothing listens yet. */
export interface Composition extends Ground {
  readonly gate: Gate
  readonly listener: Omit<ListenerParts, 'host' | 'port'>
}

const GIB = 1_073_741_824
/** Where `npm start` builds the web app. */
const WEB_APP = join(import.meta.dir, '../../web/dist')

/** Builds every object of the running gateway: with `ground.ts`, the only place that does. */
export async function compose(options: ComposeOptions): Promise<Composition> {
  const { config, log } = options
  const clock = options.clock ?? systemClock
  const random = options.random ?? systemRandom
  const ids = idMaker(clock, random)
  const ground = await openGround({ config, environment: options.environment, log, clock, random })
  const metrics = metricsRegistry()
  const tracing = openTracing(config, clock, ground)
  const spans = traceIds(random)
  const report = reporter({ log, metrics, tracing, traceIds: spans, traced: config.otlpEndpoint !== undefined })
  const gate = gateOn(ground, { clock, random, ids, traceIds: spans, report, config })
  const admission = admissionControl(clock, {
    maxOpen: config.maxExchanges,
    maxResidentBytes: 4 * GIB,
    maxLagMs: 5_000,
    isRecording: ground.ledger.isAccepting,
  })
  const watching = alerting({ ground, config, clock, random, ids, log, health: gate.health })
  if (config.role !== 'gate') await watching.start()
  const { alerts } = watching
  const control =
    config.role === 'all' || config.role === 'control' ? controlOn(ground, { gate, alerts, log, config }) : undefined
  const { policy, ledger } = ground
  const auditing = ground.auditing.status
  const webApp = control && (await openWebApp(WEB_APP))
  const own = ownAddresses({
    webApp,
    auditing,
    control,
    metrics,
    policy,
    ledger,
    admission,
    health: gate.health,
    node: gate.node,
  })
  return {
    ...ground,
    gate,
    listener: {
      clock,
      ids,
      gate,
      router: routerOf(servesCalls(config) ? SURFACES : []),
      own,
      admission,
      maxBodyBytes: config.maxBodyBytes,
    },
    close: async () => {
      await watching.stop()
      await tracing.stop()
      await ground.close()
    },
  }
}

/** Whether this process takes calls: GATEHOUSE_ROLE splits a deployment into gates, control planes and workers. */
function servesCalls({ role }: Config): boolean {
  return role === 'all' || role === 'gate'
}

interface GateParts extends Pick<Gate, 'clock' | 'random' | 'report'> {
  readonly ids: IdMaker
  readonly traceIds: TraceIds
  readonly config: Config
}

function gateOn(ground: Ground, { config, ...parts }: GateParts): Gate {
  const { egress, vault, policy, people, ledger, coordinator } = ground
  const { connectTimeoutMs } = config
  return {
    ...parts,
    snapshot: policy.holder.current,
    directory: people.directory,
    coordinator,
    ledger,
    health: targetHealth(parts.clock),
    responses: ground.responses,
    pseudonyms: pseudonymSessions(),
    replays: replayStore(),
    node: config.nodeName ?? `${hostname()}-${process.pid}`,
    upstream: {
      clock: parts.clock,
      watch: deadlineWatch(parts.clock),
      secret: vault.cached,
      tokens: tokenCache(parts.clock),
      transport: (request, signal) =>
        egress.send({ ...request, signal, connectTimeoutMs: request.connectTimeoutMs ?? connectTimeoutMs }),
    },
  }
}

interface ControlParts {
  readonly gate: Gate
  readonly alerts: Alerts
  readonly log: Logger
  readonly config: Config
}

function controlOn(ground: Ground, { gate, alerts, log, config }: ControlParts) {
  const { policy, people, sso, ledger, vault, coordinator, requests, reviews } = ground
  const { audit, seals, verifyLedger } = ground.auditing
  const { random, clock, health, ids } = gate
  const { records, responses } = ground
  const kept = { records, subjects: vault.subjects, forgetResponses: responses.forget, ids }
  const proof = { audit, seals, verifyLedger, ...kept }
  const services: ControlServices = {
    ...proof,
    alerts,
    policy,
    people,
    sso,
    scim: scim({ people, documents: policy.documents, publicUrl: config.publicUrl }),
    publicUrl: config.publicUrl,
    ledger,
    coordinator,
    requests,
    reviews,
    guardrails: guardrailTrial(gate.clock.monotonic),
    random,
    clock,
    vault,
    health,
  }
  return controlPlane({
    routes: CONTROL_ROUTES,
    replays: replayStore(),
    open: OPEN_ROUTES,
    services,
    directory: people.directory,
    audit,
    snapshot: gate.snapshot,
    now: clock.now,
    ids,
    maxBodyBytes: config.maxBodyBytes,
    report: (error, requestId) => log.error('control', { requestId, code: error.code, detail: error.internalDetail }),
  })
}

function openTracing(config: Config, clock: Clock, { egress }: Ground): Tracing {
  if (config.otlpEndpoint === undefined) return noTracing
  return otlpTracing({
    endpoint: config.otlpEndpoint,
    headers: config.otlpHeaders,
    serviceName: config.serviceName,
    clock,
    send: (batch) => egress.send({ ...batch, method: 'POST', network: 'private' }),
  })
}
