import { EMPTY_FRONTIER, type Frontier, grown, type Hash, leafHash, rootOf } from '../../lib/merkle.ts'
import { toHex } from './audit.store.ts'
import { openCheckpoint } from './checkpoint.ts'
import type { StoredEntry } from './entry.ts'

/** What is wrong with a log, and from which entry on it cannot be believed. */
export interface AuditFault {
  /** The first entry at fault; with `to` it is one of a span, where nothing kept says which. */
  readonly sequence: number
  readonly to?: number
  readonly problem: string
}

/** What verifying came to. */
export interface AuditVerdict {
  readonly log: string
  /** Entries that were read and hold together. */
  readonly entries: number
  /** Checkpoints and anchored hashes that the entries were compared with. */
  readonly checkpoints: number
  readonly fault?: AuditFault
}

/** A mark to compare with: a signed checkpoint, or the hashes of entries that an anchor kept. */
export interface AuditMark {
  /** Where it was found, for the message: `the database`, `anchor file /mnt/worm/audit`. */
  readonly where: string
  /** The signed note. */
  readonly note?: string
  /** The size that the mark is at. */
  readonly size: number
  /** Sequence of the entry that the first of `hashes` (hex) belongs to. */
  readonly first?: number
  readonly hashes?: readonly string[]
}

/** What {@link logVerifier} needs. */
export interface VerifierOptions {
  readonly log: string
  /** The verifier's key of the log's checkpoints. */
  readonly verifier: string
  /** Marks in any order. */
  readonly marks: readonly AuditMark[]
}

/** Reads a log entry by entry, from the first. */
export interface LogVerifier {
  /** Takes the next entry's text, as it is kept, with the hash kept beside it if there is one. Gives the first fault, and then it again. */
  readonly take: (text: string, kept?: string) => AuditFault | undefined
  /** All entries were taken. */
  readonly end: () => AuditVerdict
  /** Hash of the last entry taken, hex. */
  readonly last: () => string
  readonly tree: () => Frontier
  /** The last entry taken, parsed, and the hashes of the subtrees that end with it. */
  readonly taken: () => Taken | undefined
}

/** An entry that was taken. */
export interface Taken {
  readonly entry: Partial<StoredEntry>
  readonly completed: readonly Hash[]
}

/** Makes a verifier of a log. It believes nothing but the marks: not the hashes kept beside the entries. */
export function logVerifier(options: VerifierOptions): LogVerifier {
  const { log } = options
  const marks = [...options.marks].sort((left, right) => left.size - right.size)
  const known = knownHashes(marks)
  let tree = EMPTY_FRONTIER
  let last = ''
  let next = 0
  let good = 0
  let fault: AuditFault | undefined
  let taken: Taken | undefined

  const compare = (): AuditFault | undefined => {
    for (let mark = marks[next]; mark && mark.size <= tree.size; mark = marks[++next]) {
      const problem = compareMark(mark, tree, options.verifier)
      if (problem !== undefined) return span(good + 1, mark.size, problem)
      good = mark.size
    }
    return undefined
  }
  const take = (text: string, kept?: string): AuditFault | undefined => {
    if (fault) return fault
    const sequence = tree.size + 1
    const hash = leafHash(text)
    const digest = toHex(hash)
    const entry = read(text)
    const problem = judge(entry, { log, sequence, last, digest, kept, anchored: known.get(sequence) })
    if (problem || !entry) {
      fault = problem
      return fault
    }
    const { tree: larger, completed } = grown(tree, hash)
    tree = larger
    taken = { entry, completed }
    last = digest
    fault = compare()
    return fault
  }
  return {
    take,
    last: () => last,
    tree: () => tree,
    taken: () => taken,
    end: () => {
      const beyond = marks.slice(next).at(-1)
      fault ??=
        beyond &&
        span(tree.size + 1, beyond.size, `missing: a checkpoint in ${beyond.where} was of ${beyond.size} entries`)
      return {
        log,
        entries: fault ? Math.min(tree.size, fault.sequence - 1) : tree.size,
        checkpoints: next,
        ...(fault && { fault }),
      }
    },
  }
}

function span(sequence: number, to: number, problem: string): AuditFault {
  return { sequence, ...(to > sequence && { to }), problem }
}

function knownHashes(marks: readonly AuditMark[]): ReadonlyMap<number, string> {
  const known = new Map<number, string>()
  for (const { first = 1, hashes = [] } of marks) {
    for (const [index, hash] of hashes.entries()) known.set(first + index, hash)
  }
  return known
}

function compareMark(mark: AuditMark, tree: Frontier, verifier: string): string | undefined {
  if (mark.note === undefined) return undefined
  const head = openCheckpoint(mark.note, verifier)
  if (!head) return `the checkpoint of ${mark.size} entries in ${mark.where} is not signed by this log's key`
  if (head.size !== mark.size)
    return `the checkpoint in ${mark.where} is kept at size ${mark.size} but says ${head.size}`
  if (tree.size !== head.size) return undefined
  if (same(rootOf(tree), head.root)) return undefined
  return `changed after the checkpoint of ${mark.size} entries was signed (kept in ${mark.where})`
}

interface Expected {
  readonly log: string
  readonly sequence: number
  readonly last: string
  readonly digest: string
  readonly kept: string | undefined
  readonly anchored: string | undefined
}

function judge(entry: Partial<StoredEntry> | undefined, expected: Expected): AuditFault | undefined {
  const { log, sequence, last, digest, kept, anchored } = expected
  if (kept !== undefined && kept !== digest)
    return { sequence, problem: 'edited: it has not the hash that was kept with it' }
  if (!entry) return { sequence, problem: 'edited: it is not the text of an entry' }
  if (entry.log !== log) return { sequence, problem: `an entry of the log ${String(entry.log)} stands in its place` }
  if (entry.sequence !== sequence)
    return { sequence, problem: `missing: entry ${String(entry.sequence)} stands in its place` }
  if (anchored !== undefined && anchored !== digest)
    return { sequence, problem: 'edited: it has not the hash that was anchored' }
  // Its successor was written after it: what the successor says of it is what it was.
  if (entry.previous !== last)
    return { sequence: Math.max(1, sequence - 1), problem: 'edited: the entry after it tells another hash of it' }
  return undefined
}

function read(text: string): Partial<StoredEntry> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

function same(left: Hash, right: Hash): boolean {
  return Buffer.compare(left, right) === 0
}
