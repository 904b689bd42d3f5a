export type {
  Awaitable,
  Coordinator,
  EntryAnswer,
  HoldAnswer,
  HoldRequest,
  MoneyHold,
  MoneyState,
  Priming,
  RateAnswer,
  RateCorrection,
  RateRequest,
} from './coordinator.ts'
export { type InProcessCoordinator, inProcessCoordinator, isPending } from './in-process.ts'
