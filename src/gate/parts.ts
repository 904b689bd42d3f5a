import type { PseudonymSessions } from '../governance/guardrails/index.ts'
import type { Directory } from '../governance/identity/index.ts'
import type { Ledger } from '../governance/usage/index.ts'
import type { Clock } from '../lib/clock.ts'
import type { IdMaker } from '../lib/ids.ts'
import type { Random } from '../lib/random.ts'
import type { TargetHealth, Upstream } from '../models/routing/index.ts'
import type { Coordinator } from '../platform/coordination/index.ts'
import type { Snapshot } from '../policy/index.ts'
import type { Replays } from './replays.ts'
import type { Reporter } from './report.ts'
import type { ResponseState } from './responses/response-state.ts'
import type { TraceIds } from './trace.ts'

/** Everything the gate stands on; built once in `server/compose.ts`. */
export interface Gate {
  readonly clock: Clock
  readonly random: Random
  readonly ids: IdMaker
  readonly traceIds: TraceIds
  /** The policy in force at this instant. */
  readonly snapshot: () => Snapshot
  /** Who has an account and who is signed in. */
  readonly directory: Directory
  readonly coordinator: Coordinator
  readonly ledger: Ledger
  readonly upstream: Upstream
  readonly health: TargetHealth
  /** The names under which models read what guardrails mask for a while. */
  readonly pseudonyms: PseudonymSessions
  /** Answers by idempotency key. */
  readonly replays: Replays
  /** The responses that conversations go on from. */
  readonly responses: ResponseState
  /** Log, metrics and trace of a closed exchange. */
  readonly report: Reporter
  /** This process's name in records. */
  readonly node: string
}
