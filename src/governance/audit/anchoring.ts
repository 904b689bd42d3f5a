import type { Clock, Timer } from '../../lib/clock.ts'
import { GatewayError } from '../../lib/errors.ts'
import type { TreeHead } from '../../lib/merkle.ts'
import type { Anchor } from './anchor.ts'
import type { CheckpointRow } from './audit.store.ts'
import type { Audit } from './audit.ts'
import { openCheckpoint } from './checkpoint.ts'

/** How anchoring goes. */
export interface AnchoringStatus {
  readonly log: string
  readonly anchors: readonly AnchorStatus[]
  /** The log does not begin with what was signed before: it was rolled back or changed. Undefined when all is well. */
  readonly broken: string | undefined
}

/** How one anchor does. */
export interface AnchorStatus {
  readonly name: string
  /** Entries of the newest checkpoint that it has; 0: none yet. */
  readonly size: number
  /** Failures in a row. */
  readonly failures: number
  readonly lastError?: string
}

/** Signs a checkpoint at intervals and hands it to the anchors. */
export interface Anchoring {
  readonly start: () => void
  /** What `start` does at each interval. Never rejects. */
  readonly run: () => Promise<void>
  readonly status: () => AnchoringStatus
  /** Everything that the anchors kept and that can be read back. */
  readonly marks: () => ReturnType<NonNullable<Anchor['marks']>>
  /** Once more, for what came since, and no more. */
  readonly stop: () => Promise<void>
}

/** What {@link anchoring} needs. */
export interface AnchoringOptions {
  readonly audit: Audit
  readonly anchors: readonly Anchor[]
  readonly clock: Clock
  /** Default one minute: so long an entry may stand before it can no longer be changed unseen. */
  readonly everyMs?: number
  readonly onFailure?: (anchor: string, cause: unknown) => void
  /** Told once when the log turns out not to be what it was. */
  readonly onBroken?: (problem: string) => void
}

interface State {
  readonly anchor: Anchor
  /** Undefined until the anchor was asked what it has. */
  size: number | undefined
  failures: number
  lastError: string | undefined
}

const EVERY_MS = 60_000
const PAGE = 1_000

/** Makes the anchoring of a log; nothing runs until `start`. */
export function anchoring(options: AnchoringOptions): Anchoring {
  const { audit, clock } = options
  const states = options.anchors.map(
    (anchor): State => ({ anchor, size: undefined, failures: 0, lastError: undefined }),
  )
  let timer: Timer | undefined
  let running: Promise<void> | undefined
  let broken: string | undefined
  let signed: TreeHead | undefined

  const watch = async (): Promise<void> => {
    signed ??= await newestAnchored(audit, options.anchors)
    const problem = signed && (await departure(audit, signed))
    if (problem !== undefined && broken === undefined) options.onBroken?.(problem)
    broken = problem
  }
  const round = async (): Promise<void> => {
    await watch()
    const checkpoint = await audit.checkpoint()
    // What was signed before stays the measure until the log is again what it was.
    if (broken === undefined) signed = openCheckpoint(checkpoint.note, audit.verifier)
    for (const state of states) await deliverTo(options, state, checkpoint)
  }
  const run = () => {
    running ??= round()
      .catch((cause) => options.onFailure?.('checkpoint', cause))
      .finally(() => {
        running = undefined
      })
    return running
  }
  return {
    start: () => {
      timer ??= clock.every(options.everyMs ?? EVERY_MS, () => void run())
    },
    run,
    status: () => ({
      log: audit.log,
      broken,
      anchors: states.map(({ anchor, size = 0, failures, lastError }) => ({
        name: anchor.name,
        size,
        failures,
        ...(lastError !== undefined && { lastError }),
      })),
    }),
    marks: async () => (await Promise.all(options.anchors.map((anchor) => anchor.marks?.(audit.log) ?? []))).flat(),
    stop: async () => {
      timer?.cancel()
      await running
      await run()
    },
  }
}

async function deliverTo(options: AnchoringOptions, state: State, checkpoint: CheckpointRow): Promise<void> {
  const { audit } = options
  const { anchor } = state
  const { size, note } = checkpoint
  try {
    // Where it cannot be asked what it has, it is told the newest again.
    state.size ??= anchor.marks
      ? ((await anchor.marks(audit.log)).at(-1)?.size ?? 0)
      : Math.max(-1, size - anchor.mostHashes)
    if (state.size === size) return
    const told = { at: new Date(checkpoint.at).toISOString(), log: audit.log, verifier: audit.verifier, size }
    const hashes = anchor.mostHashes > 0 ? await hashesSince(audit, Math.max(0, state.size), size) : []
    const pieces = Math.max(1, Math.ceil(hashes.length / Math.max(1, anchor.mostHashes)))
    for (let piece = 0; piece < pieces; piece++) {
      const from = piece * anchor.mostHashes
      const some = hashes.slice(from, from + anchor.mostHashes)
      await anchor.deliver({ ...told, first: Math.max(0, state.size) + from + 1, hashes: some, checkpoint: note })
    }
    state.size = size
    state.failures = 0
    state.lastError = undefined
  } catch (cause) {
    state.failures++
    state.lastError = cause instanceof Error ? cause.message : String(cause)
    options.onFailure?.(anchor.name, cause)
  }
}

async function hashesSince(audit: Audit, after: number, size: number): Promise<readonly string[]> {
  const hashes: string[] = []
  while (after + hashes.length < size) {
    const from = after + hashes.length + 1
    const rows = await audit.read({ from, limit: Math.min(PAGE, size - from + 1) })
    if (rows.length === 0) break
    hashes.push(...rows.map(({ nodes }) => nodes.slice(0, 64)))
  }
  return hashes
}

/** The newest checkpoint of this log's key that an anchor kept: what an earlier process signed. */
async function newestAnchored(audit: Audit, anchors: readonly Anchor[]): Promise<TreeHead | undefined> {
  const marks = (await Promise.all(anchors.map((anchor) => anchor.marks?.(audit.log) ?? []))).flat()
  const heads = marks.map(({ note }) => (note === undefined ? undefined : openCheckpoint(note, audit.verifier)))
  return heads.filter((head) => head !== undefined).sort((left, right) => right.size - left.size)[0]
}

/** Why the log as it is does not begin with what was signed; undefined when it does. */
async function departure(audit: Audit, signed: TreeHead): Promise<string | undefined> {
  if (signed.size === 0) return undefined
  try {
    const { root } = await audit.consistency(signed.size, signed.size)
    if (root === Buffer.from(signed.root).toString('hex')) return undefined
    return `entries up to ${signed.size} are not those that were signed`
  } catch (cause) {
    if (!(cause instanceof GatewayError)) throw cause
    return `entries up to ${signed.size} were signed, and not all of them are there`
  }
}
