import { parseArgs } from 'node:util'

/** How much is measured: bounds in counts and time. */
export interface Sizes {
  readonly name: 'quick' | 'default' | 'full'
  /** Seconds after which no further section begins. */
  readonly seconds: number
  /** Rounds of each comparison, at most. */
  readonly rounds: number
  readonly requests: number
  /** Rounds of requests before anything is measured: the runtime goes on compiling for some 20,000 of them. */
  readonly warmUps: number
  readonly streams: number
  /** Rounds of streams before anything is measured. */
  readonly streamWarmUps: number
  /** Requests a round where the upstream takes 20 ms. */
  readonly slowRequests: number
  /** Streams a round where the time to the first token is taken. */
  readonly firstTokens: number
  /** Streams a round where the time of each token is taken. */
  readonly pacedStreams: number
  readonly heldStreams: number
  readonly memoryRequests: number
  readonly coldStarts: number
}

/** What the command line asks for. */
export interface BenchOptions {
  readonly sizes: Sizes
  /** Sections to run; all when empty. */
  readonly only: readonly string[]
  readonly peers: boolean
}

const QUICK: Sizes = {
  name: 'quick',
  seconds: 85,
  rounds: 2,
  requests: 2_000,
  warmUps: 3,
  streams: 80,
  streamWarmUps: 1,
  slowRequests: 200,
  firstTokens: 60,
  pacedStreams: 10,
  heldStreams: 1_000,
  memoryRequests: 5_000,
  coldStarts: 2,
}

const DEFAULT: Sizes = {
  name: 'default',
  seconds: 330,
  rounds: 5,
  requests: 4_000,
  warmUps: 5,
  streams: 300,
  streamWarmUps: 5,
  slowRequests: 1_000,
  firstTokens: 300,
  pacedStreams: 60,
  heldStreams: 9_000,
  memoryRequests: 100_000,
  coldStarts: 5,
}

const FULL: Sizes = {
  ...DEFAULT,
  name: 'full',
  seconds: 3_600,
  rounds: 9,
  requests: 10_000,
  warmUps: 3,
  streams: 800,
  streamWarmUps: 3,
  slowRequests: 3_000,
  firstTokens: 1_000,
  pacedStreams: 200,
  memoryRequests: 1_000_000,
  coldStarts: 9,
}

/** What `--help` prints. */
export const USAGE = `npm run bench [-- --quick | --full] [--only=<section>]... [--no-peers]

  --quick       about a minute; noisy
  --full        nine rounds, a million requests for the memory figure
  --only        one of: requests, streams, latency, tokens, hang-up, policy, start, capacity, memory, threads
  --no-peers    leave other products out`

/** Reads the command line. Throws when it says something unknown. */
export function readOptions(args: readonly string[]): BenchOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean' },
      full: { type: 'boolean' },
      only: { type: 'string', multiple: true },
      'no-peers': { type: 'boolean' },
      help: { type: 'boolean' },
    },
  })
  if (values.help) return 'help'
  const sizes = values.quick ? QUICK : values.full ? FULL : DEFAULT
  return { sizes, only: values.only ?? [], peers: !values['no-peers'] }
}
