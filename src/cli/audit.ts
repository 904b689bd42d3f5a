import type { AuditVerdict } from '../governance/audit/index.ts'
import { verifyExport } from '../governance/audit/index.ts'
import { callApi, callJson } from './client.ts'
import { type Command, type CommandContext, CommandError, type Invocation } from './command.ts'

interface ListedEntry {
  readonly sequence: number
  readonly at: string
  readonly actor: string
  readonly action: string
  readonly object?: string
  readonly reason?: string
}

/** `gatehouse audit`: what was done to the gateway, and whether the log of it is what it was. */
export const auditCommand: Command = {
  name: 'audit',
  summary: 'read, export and verify the audit log',
  usage: `gatehouse audit list [--limit N] [--actor A] [--action document.*] [--object Model/x] [--from T] [--to T]
gatehouse audit export [--log ledger] > audit.ndjson
gatehouse audit verify [--log ledger]
gatehouse audit verify --file audit.ndjson [--key KEY] [--anchor checkpoints.ndjson]

  verify   has the gateway read the whole log again: with --log ledger every operation and its seal. With --file it reads
           an export and needs no gateway; --key is the verifier key that you kept, --anchor a file that an anchor wrote.
           scripts/verify-audit.mjs does the same with nothing but Node.
Exit code of verify: 0 all holds, 1 it does not; the first bad entry is named.
Without --file these talk to GATEHOUSE_URL with GATEHOUSE_TOKEN.`,
  options: {
    log: { type: 'string' },
    file: { type: 'string' },
    key: { type: 'string' },
    anchor: { type: 'string' },
    limit: { type: 'string' },
    actor: { type: 'string' },
    action: { type: 'string' },
    object: { type: 'string' },
    from: { type: 'string' },
    to: { type: 'string' },
  },
  positionals: [1, 1],
  run: (invocation, context) => {
    const [verb] = invocation.positionals
    if (verb === 'list') return listEntries(invocation, context)
    if (verb === 'export') return exportLog(invocation, context)
    if (verb === 'verify') return verifyLog(invocation, context)
    throw new CommandError(['Say audit list, audit export or audit verify. See gatehouse audit --help.'])
  },
}

async function listEntries(invocation: Invocation, context: CommandContext): Promise<number> {
  const query = new URLSearchParams()
  for (const name of ['limit', 'actor', 'action', 'object', 'from', 'to']) {
    const value = invocation.text(name)
    if (value !== undefined) query.set(name, value)
  }
  const path = `/api/v1/audit?${query}`
  const { items } = await callJson<{ readonly items: readonly ListedEntry[] }>(context, { method: 'GET', path })
  for (const { sequence, at, actor, action, object = '', reason = '' } of items)
    context.out([sequence, at, actor, action, object, reason].join('\t'))
  return 0
}

async function exportLog(invocation: Invocation, context: CommandContext): Promise<number> {
  const path = `/api/v1/audit/export?log=${invocation.text('log') ?? 'audit'}`
  context.out((await callApi(context, { method: 'GET', path })).trimEnd())
  return 0
}

async function verifyLog(invocation: Invocation, context: CommandContext): Promise<number> {
  const path = invocation.text('file')
  const verifier = invocation.text('key')
  const anchors = invocation.text('anchor')?.split(',') ?? []
  if (path === undefined) {
    const log = invocation.text('log') ?? 'audit'
    return tell(await callJson<Verdict>(context, { method: 'GET', path: `/api/v1/audit/verify?log=${log}` }), context)
  }
  if (verifier === undefined) context.err("warning: the export's own key is believed; give --key to be sure of it")
  return tell(await verifyExport({ path, verifier, anchors }), context)
}

type Verdict = AuditVerdict & { readonly operations?: number; readonly expired?: number; readonly operation?: string }

function tell(verdict: Verdict, context: CommandContext): number {
  const { log, entries, checkpoints, operations, expired = 0, fault } = verdict
  if (fault) {
    const where = fault.to === undefined ? `${fault.sequence}` : `one of ${fault.sequence} to ${fault.to}`
    context.err(`first bad entry of ${log}: ${where}: ${fault.problem}`)
    context.err(`${entries} entries before it hold`)
    return 1
  }
  const more =
    operations === undefined ? '' : ` and ${operations} operations (${expired} more are past their retention)`
  context.out(`all ${entries} entries of ${log}${more} hold; compared with ${checkpoints} checkpoints`)
  return 0
}
