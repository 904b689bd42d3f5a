import { join } from 'node:path'
import { type Program, startProgram } from './processes.ts'

/** What the upstream process is asked. */
export interface UpstreamQuestion {
  /** Forget the hang-ups seen so far, once they are told. */
  readonly forget?: boolean
}

/** How the upstream process is. */
export interface UpstreamReport {
  readonly port: number
  readonly connections: number
  /** Streams that stay open until their client leaves. */
  readonly held: number
  readonly requests: number
  /** When clients left before their answer was complete: epoch milliseconds. */
  readonly hangUps: readonly number[]
}

/** The upstream that all subjects call. */
export interface Upstream extends Program<UpstreamQuestion, UpstreamReport> {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string
}

/** Starts the upstream on a free port. */
export async function startUpstream(): Promise<Upstream> {
  const program = startProgram<UpstreamQuestion, UpstreamReport>(join(import.meta.dir, 'programs/upstream.ts'))
  const { port } = await program.ask({})
  return { ...program, origin: `http://127.0.0.1:${port}` }
}
