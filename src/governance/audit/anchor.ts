import type { AuditMark } from './verify.ts'

/** What is handed to an anchor: a signed checkpoint, and the hashes of the entries since the one before. */
export interface AnchoredCheckpoint {
  /** RFC 3339, UTC: when it was signed. */
  readonly at: string
  readonly log: string
  readonly verifier: string
  readonly size: number
  /** Sequence of the entry that the first hash belongs to. */
  readonly first: number
  /** Hashes (hex) of entries in order; by these a changed entry is named exactly. May be empty. */
  readonly hashes: readonly string[]
  /** The signed note. */
  readonly checkpoint: string
}

/** A place outside of the database that keeps checkpoints: the harder to rewrite for whoever administers it, the better. */
export interface Anchor {
  /** For messages: `file:///mnt/worm/audit.ndjson`. */
  readonly name: string
  /** Hashes that it takes at once; 0: none. */
  readonly mostHashes: number
  /** Resolves when the place has it. Rejects: it is tried again, with what came meanwhile. */
  readonly deliver: (checkpoint: AnchoredCheckpoint) => Promise<void>
  /** What the place kept of a log, where it can be read back. */
  readonly marks?: (log: string) => Promise<readonly AuditMark[]>
}
