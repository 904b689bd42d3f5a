import type { Timer } from '../lib/clock.ts'
import { InvalidDocuments, validate } from '../platform/documents/index.ts'
import { type Changes, type ChangeTools, currentDocuments, keepBack } from './changes.ts'
import { readPolicy } from './directory.ts'
import type { PolicyOptions, PolicyStatus } from './options.ts'
import { partyOf } from './plan.ts'
import { toSources } from './stored.ts'
import { bootstrapDocuments, bootstrapKeyDocument, systemDocuments } from './system.ts'
import { type Watch, watchPolicy } from './watch.ts'

/** What starting needs. */
export type StartTools = PolicyOptions & ChangeTools & { readonly changes: Changes }

/** The life of a policy: from its start to its stop. */
export interface PolicyLife {
  readonly start: () => Promise<{ readonly fresh: boolean }>
  readonly refresh: () => Promise<void>
  readonly stop: () => void
  readonly startedFrom: () => PolicyStatus['startedFrom']
}

/** How soon a change made by another process holds here. */
const FOLLOW_MS = 500

/** Makes the life of a policy; nothing happens until `start`. */
export function starting(tools: StartTools): PolicyLife {
  let startedFrom: PolicyStatus['startedFrom'] = 'nothing'
  let follower: Timer | undefined
  let watch: Watch | undefined
  const readDirectory = () => readPolicyPath(tools)
  const start = async () => {
    startedFrom = await load(tools)
    const fresh = startedFrom === 'nothing' && tools.store !== undefined
    if (fresh) await tools.changes.apply(systemIntent(tools), { author: 'system', reason: 'first start' })
    else if (startedFrom === 'database') await renewBootstrapKey(tools)
    await readDirectory()
    if (tools.store && (tools.database?.engine === 'postgres' || startedFrom !== 'database')) {
      follower = tools.clock.every(FOLLOW_MS, () => void follow(tools))
    }
    if (tools.policyPath !== undefined) {
      watch = await watchPolicy({ path: tools.policyPath, clock: tools.clock, onChange: readDirectory })
    }
    return { fresh }
  }
  return {
    start,
    refresh: async () => watch?.check(),
    stop: () => {
      follower?.cancel()
      watch?.stop()
    },
    startedFrom: () => startedFrom,
  }
}

/** Publishes what holds: the newest revision, else the last good documents on disk. Throws when neither can be read. */
async function load(tools: StartTools): Promise<PolicyStatus['startedFrom']> {
  let failure: unknown
  if (tools.store) {
    try {
      return (await tools.changes.follow()) ? 'database' : 'nothing'
    } catch (cause) {
      failure = cause
      tools.faults.add('database', cause)
    }
  }
  const kept = await tools.lastGood.read()
  if (!kept) throw failure ?? new Error('the database is away, and no last good documents lie in the data directory')
  const sources = { documents: toSources(kept.documents), problems: [] }
  const result = validate(tools.kinds, sources, { apiVersion: 'optional' })
  if (!result.valid) throw failure ?? new InvalidDocuments(result.problems)
  await keepBack(tools, result.documents)
  await tools.holder.publish(result.documents, { number: kept.number, publishedAt: tools.now() })
  return 'last-good'
}

function systemIntent(tools: StartTools) {
  return {
    party: 'system',
    sources: systemDocuments(tools.bootstrapKeySha256, tools.firstAdministrator),
    apiVersion: 'optional',
  } as const
}

/** A key given by the operator replaces the one of an earlier start, unless an administrator took the document over. */
async function renewBootstrapKey(tools: StartTools): Promise<void> {
  if (!tools.bootstrapKeyGiven) return
  const documents = currentDocuments(tools.holder).documents
  const key = documents.find((document) => document.kind === 'Key' && document.name === 'bootstrap')
  if (key && partyOf(key) !== 'system') return
  const has = (kind: string) => documents.some((document) => document.kind === kind && document.name === 'bootstrap')
  // Whoever sets the variable wants to get in, also when the app or its grant has been deleted since.
  const sources =
    has('App') && has('Grant')
      ? bootstrapKeyDocument(tools.bootstrapKeySha256)
      : bootstrapDocuments(tools.bootstrapKeySha256)
  await tools.changes.apply(
    { party: 'system', sources, apiVersion: 'optional' },
    { author: 'system', reason: 'another GATEHOUSE_BOOTSTRAP_KEY' },
  )
}

/** Makes what the policy directory says count. A mistake in it changes nothing and is reported. */
async function readPolicyPath(tools: StartTools): Promise<void> {
  const { policyPath: path, changes, faults, log } = tools
  if (path === undefined) return
  try {
    const sources = await readPolicy(path, (file) => `git:${file}`)
    const owns = currentDocuments(tools.holder).documents.some((document) => partyOf(document) === 'git')
    // A volume that is not mounted looks like an empty directory; it must not take all policy away.
    if (owns && sources.documents.length === 0) throw new Error(`${path} holds no documents; what it held before stays`)
    const applied = await changes.apply(
      { party: 'git', sources, prune: true },
      { author: `git:${path}`, reason: 'the policy directory changed' },
    )
    faults.clear('policy-files')
    if (applied.changes.length > 0) {
      log.info({ revision: applied.number, changes: applied.changes.length }, `policy: applied ${path}`)
    }
  } catch (cause) {
    faults.add('policy-files', cause)
  }
}

async function follow(tools: StartTools): Promise<void> {
  try {
    await tools.changes.follow()
    tools.faults.clear('database')
  } catch (cause) {
    tools.faults.add('database', cause)
  }
}
