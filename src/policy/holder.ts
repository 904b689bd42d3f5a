import { GatewayError } from '../lib/errors.ts'
import { type DocumentSet, formatProblem, InvalidDocuments, type Problem } from '../platform/documents/index.ts'
import type { Compile, CompileOptions } from './compile.ts'
import type { Snapshot } from './snapshot.ts'

/** What can go wrong with policy while the gate keeps serving. */
export type FaultSource = 'publish' | 'database' | 'policy-files' | 'secrets' | 'credentials' | 'last-good'

/** Something that went wrong and has not been put right yet. */
export interface Fault {
  readonly source: FaultSource
  /** Epoch milliseconds. */
  readonly at: number
  readonly message: string
  readonly problems: readonly Problem[]
}

/** Holds the one snapshot that counts. Publishing compiles beside it and swaps one reference. */
export interface SnapshotHolder {
  /** The snapshot that counts. Throws `not_ready` before the first was published. */
  readonly current: () => Snapshot
  /** The same, or undefined before the first. */
  readonly peek: () => Snapshot | undefined
  /** Compiles documents and makes them count. When that throws, the snapshot before goes on counting. */
  readonly publish: (documents: DocumentSet, options: CompileOptions) => Promise<Snapshot>
  /** Does what a compiled snapshot needs before it may count. Throws when that fails; nothing has changed then. */
  readonly ready: (snapshot: Snapshot) => Promise<void>
  /** Makes a snapshot count that is ready: for those who commit between the two. */
  readonly swap: (snapshot: Snapshot) => void
}

/** What happens around a swap. */
export interface HolderHooks {
  readonly compile: Compile
  /** Called before a snapshot counts, so that its secrets are at hand when it does. Gives what failed, which does not hold it up. */
  readonly prefetch: (secretRefs: readonly string[]) => Promise<readonly Error[]>
  readonly faults: FaultLog
  /** Called before a snapshot counts, for what must be ready by then (budgets of the policy that is coming). */
  readonly prepare?: (snapshot: Snapshot) => Promise<unknown>
}

/** Makes a holder that holds nothing yet. */
export function snapshotHolder({ compile, prefetch, faults, prepare }: HolderHooks): SnapshotHolder {
  let held: Snapshot | undefined
  const ready = async (snapshot: Snapshot) => {
    try {
      const failures = await prefetch(secretRefsOf(snapshot.documents))
      if (failures.length === 0) faults.clear('secrets')
      else faults.add('secrets', new Error(failures.map((failure) => failure.message).join('; ')))
    } catch (cause) {
      faults.add('secrets', cause)
    }
    await prepare?.(snapshot)
  }
  const swap = (snapshot: Snapshot) => {
    held = snapshot
    faults.clear('publish')
  }
  return {
    current: () => {
      if (!held) throw new GatewayError('not_ready', { internalDetail: 'no policy has been published yet' })
      return held
    },
    peek: () => held,
    ready,
    swap,
    publish: async (documents, options) => {
      try {
        const snapshot = compile(documents, options)
        await ready(snapshot)
        swap(snapshot)
        return snapshot
      } catch (cause) {
        faults.add('publish', cause)
        throw cause
      }
    },
  }
}

/** What is wrong now, one entry a source. */
export interface FaultLog {
  readonly add: (source: FaultSource, cause: unknown) => void
  readonly clear: (source: FaultSource) => void
  readonly all: () => readonly Fault[]
}

/** Where faults are told. */
export interface PolicyLog {
  readonly info: (fields: object, message: string) => void
  readonly warn: (fields: object, message: string) => void
}

/** Makes an empty fault log; each new fault and each that was put right is logged once. */
export function faultLog(now: () => number, log: PolicyLog): FaultLog {
  const faults = new Map<FaultSource, Fault>()
  return {
    add: (source, cause) => {
      const problems = cause instanceof InvalidDocuments ? cause.problems : []
      const message = problems.length > 0 ? `${problems.length} problems in documents` : sentenceOf(cause)
      const known = faults.get(source)?.message === message
      faults.set(source, { source, at: now(), message, problems })
      if (!known) log.warn({ source, problems: problems.slice(0, 20).map(formatProblem) }, `policy: ${message}`)
    },
    clear: (source) => {
      if (faults.delete(source)) log.info({ source }, 'policy: put right')
    },
    all: () => [...faults.values()],
  }
}

function sentenceOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

/** Every secret that documents refer to, once. */
export function secretRefsOf(documents: Pick<DocumentSet, 'documents'>): readonly string[] {
  const found = new Set<string>()
  const visit = (value: unknown): void => {
    if (typeof value === 'string') {
      if (value.startsWith('secret://')) found.add(value)
    } else if (typeof value === 'object' && value !== null) for (const member of Object.values(value)) visit(member)
  }
  for (const document of documents.documents) visit(document.spec)
  return [...found]
}
