import type { GatewayError } from '../../lib/errors.ts'
import type { Price } from '../catalog/index.ts'
import type { DialectName, TargetTraits, UpstreamDialect, Usage } from '../dialects/index.ts'
import type { ProviderSettings, ProviderType } from '../providers/index.ts'

/** One place a model's calls may go to, resolved when the snapshot was compiled. */
export interface Target {
  /** `provider/model`: names it in health, metrics and rules. */
  readonly id: string
  readonly provider: ProviderSettings
  readonly type: ProviderType
  /** The model as the provider knows it. */
  readonly model: string
  /** Share among weighted targets. */
  readonly weight: number
  readonly traits: TargetTraits
  /** Absent: no price is known, which is never the same as free. */
  readonly price?: TargetPrice
}

/** A price and where it comes from. */
export interface TargetPrice {
  readonly price: Price
  /** The catalogue's date, or the document that overrides it. */
  readonly version: string
}

/** One try at one target; filled in as it goes. */
export interface Attempt {
  readonly target: Target
  /** The Model that stands in for the one asked for: a fall-back, or what a rule leads to. */
  readonly standIn?: string | undefined
  readonly startedAt: number
  /** Monotonic. */
  readonly startedTick: number
  durationMs: number
  firstTokenMs?: number
  status?: number
  error?: GatewayError
  usage?: Usage
  /** The upstream was asked; it may have charged although it failed. */
  sent: boolean
  /** The target's health has learnt from it. */
  settled?: boolean
}

/** Where an answer came from. */
export interface Served {
  readonly target: Target
  readonly attempt: Attempt
  /** The dialect it was asked in; equal to the caller's own when bytes may pass as they are. */
  readonly dialect: DialectName
  readonly passThrough: boolean
}

/** A streamed answer that has begun: its first content has been seen, so it can no longer fall back. */
export interface ServedStream {
  readonly dialect: UpstreamDialect
  /** What was read up to the first content, to be given out first. */
  readonly head: readonly Uint8Array[]
  /** More bytes, `undefined` at the end. Throws `upstream_timeout` when it idles, `upstream_error` when it is cut. */
  readonly next: () => Promise<Uint8Array | undefined>
  /** Closes the upstream at once. Harmless after the end. */
  readonly cancel: () => void
}
