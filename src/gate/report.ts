import type { OperationRecord } from '../governance/usage/index.ts'
import type { ExchangeTrace } from './trace.ts'

/** Tells the world outside the ledger of a closed exchange: one log event, metrics, a trace. Never throws, never waits. */
export type Reporter = (record: OperationRecord, trace: ExchangeTrace) => void
