import type { Config, Environment } from '../platform/config/index.ts'
import type { Logger } from '../platform/telemetry/index.ts'
import { type Composition, compose } from './compose.ts'
import { listen } from './listener.ts'

/** What a server is started with. */
export interface StartOptions {
  readonly config: Config
  readonly environment: Environment
  readonly log: Logger
}

/** A running gateway. */
export interface RunningServer {
  /** Where it listens: `http://127.0.0.1:8080`. */
  readonly url: string
  readonly port: number
  /** The first virtual key, on the start that made it, or the one the environment gave. */
  readonly firstKey: string | undefined
  /** The first account, on the start that made it. */
  readonly administrator: Composition['administrator']
  /** Takes nothing new, lets open answers finish within the drain time, and closes everything. */
  readonly stop: () => Promise<void>
}

/** Starts the gateway. Throws one clear sentence when the data directory is in use or a secret cannot be opened. */
export async function startServer({ config, environment, log }: StartOptions): Promise<RunningServer> {
  const composition = await compose({ config, environment, log })
  const listener = listen({ ...composition.listener, host: config.host, port: config.port })
  const host = config.host.includes(':') ? `[${config.host}]` : config.host
  let stopping: Promise<void> | undefined
  const shutDown = async () => {
    composition.listener.admission.drain()
    const idle = await composition.listener.admission.idle(config.drainMs)
    await listener.stop(!idle)
    await composition.close()
    log.flush()
  }
  return {
    url: `http://${host}:${listener.port}`,
    port: listener.port,
    firstKey: composition.firstKey,
    administrator: composition.administrator,
    stop: () => {
      stopping ??= shutDown()
      return stopping
    },
  }
}
