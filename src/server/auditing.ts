import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type Anchor,
  type Anchoring,
  type AnchoringStatus,
  type Audit,
  anchoring,
  fileAnchor,
  openAudit,
  type StoredEntry,
  syslogAnchor,
  webhookAnchor,
} from '../governance/audit/index.ts'
import { readDestination, type SiemExport, siemExport, sinkOf } from '../governance/siem/index.ts'
import { type LedgerVerdict, verifyLedger } from '../governance/usage/index.ts'
import type { Clock } from '../lib/clock.ts'
import type { Random } from '../lib/random.ts'
import type { Config } from '../platform/config/index.ts'
import { type Egress, readSyslogUrl, syslogSender } from '../platform/egress/index.ts'
import type { Database } from '../platform/storage/index.ts'
import type { Logger } from '../platform/telemetry/index.ts'
import type { LocalSecrets } from '../platform/vault/index.ts'

/** The two logs that cannot be changed unseen, and their anchoring. */
export interface Auditing {
  /** What was done to the gateway. */
  readonly audit: Audit
  /** The seals of the ledger: one entry for each batch of operations. */
  readonly seals: Audit
  /** Compares every record of the ledger with its seal. */
  readonly verifyLedger: () => Promise<LedgerVerdict>
  readonly status: () => readonly AnchoringStatus[]
  readonly stop: () => Promise<void>
}

/** What {@link openAuditing} needs. */
export interface AuditingOptions {
  readonly config: Config
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly database: Database
  readonly egress: Egress
  readonly secrets: Pick<LocalSecrets, 'material'>
}

/** Opens the logs; every minute, and at the end, each is signed and its checkpoint anchored. */
export async function openAuditing(options: AuditingOptions): Promise<Auditing> {
  const { database, clock, random, secrets } = options
  const seed = await secrets.material('audit-key', () => random.bytes(32))
  const anchors = anchorsOf(options)
  const audit = openAudit({ database, clock, seed })
  const seals = openAudit({ database, clock, seed, log: 'default/ledger' })
  const both = [audit, seals].map((log) => ({ log, anchored: anchoringOf(options, log, anchors) }))
  for (const { anchored } of both) anchored.start()
  const sealed = withMarks(seals, both[1]?.anchored)
  return {
    audit: withMarks(audit, both[0]?.anchored),
    seals: sealed,
    verifyLedger: async () => verifyLedger({ database, seals: sealed, expiredBefore: await expiredBefore(audit) }),
    status: () => both.map(({ anchored }) => anchored.status()),
    stop: async () => {
      for (const { anchored } of both) await anchored.stop()
    },
  }
}

/** Up to where the audit log says that retention deleted operations, epoch milliseconds. */
async function expiredBefore(audit: Audit): Promise<number> {
  const [newest] = await audit.list({ filter: { action: 'ledger.expire' }, limit: 1 })
  if (!newest) return 0
  const { facts } = JSON.parse(newest.entry) as StoredEntry
  return typeof facts?.operationsBefore === 'string' ? Date.parse(facts.operationsBefore) : 0
}

/** The log is compared with what the anchors kept, too. */
function withMarks(audit: Audit, anchored: Anchoring | undefined): Audit {
  return { ...audit, verify: async (marks = []) => audit.verify([...marks, ...((await anchored?.marks()) ?? [])]) }
}

function anchoringOf({ clock, log }: AuditingOptions, audit: Audit, anchors: readonly Anchor[]): Anchoring {
  return anchoring({
    audit,
    anchors,
    clock,
    onFailure: (anchor, cause) => log.warn('a checkpoint could not be anchored', { anchor, cause: String(cause) }),
    onBroken: (problem) =>
      log.error('the audit log is not what it was: gatehouse audit verify', { log: audit.log, problem }),
  })
}

function anchorsOf({ config, clock, egress }: AuditingOptions): readonly Anchor[] {
  const extraCa = config.extraCaFile === undefined ? undefined : readFileSync(config.extraCaFile, 'utf8')
  const host = config.nodeName ?? hostname()
  const own = fileAnchor(join(config.dataDir, 'audit-checkpoints.ndjson'))
  const given = (config.auditAnchors ?? []).map((place): Anchor => {
    if (place.startsWith('file:')) return fileAnchor(fileURLToPath(place))
    const target = readSyslogUrl(place)
    if (target) return syslogAnchor(place, syslogSender({ target, clock, extraCa }), host)
    return webhookAnchor(place, egress, clock)
  })
  return [own, ...given]
}

/** The exports that GATEHOUSE_SIEM names. Throws one sentence when it names something that is none. */
export function siemExports(options: AuditingOptions, audit: Audit): readonly SiemExport[] {
  const { config, clock, egress, database } = options
  const extraCa = config.extraCaFile === undefined ? undefined : readFileSync(config.extraCaFile, 'utf8')
  const host = config.nodeName ?? hostname()
  const headers = Object.fromEntries(
    (config.siemHeaders ?? '').split(',').flatMap((pair) => {
      const at = pair.indexOf('=')
      return at > 0 ? [[pair.slice(0, at).trim().toLowerCase(), pair.slice(at + 1).trim()]] : []
    }),
  )
  const tools = { egress, clock, host, serviceName: config.serviceName, headers, extraCa }
  return (config.siem ?? []).map((text) => {
    const destination = readDestination(text)
    if (!destination) throw new Error(`GATEHOUSE_SIEM names ${text.split('=')[0]}=…, which is no format and place`)
    return siemExport({ database, audit, destination, sink: sinkOf(destination, tools) })
  })
}
