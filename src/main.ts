import { runCli } from './cli/index.ts'
import { systemClock } from './lib/clock.ts'
import { systemRandom } from './lib/random.ts'
import { readEnvironment } from './platform/config/index.ts'
import { createEgress } from './platform/egress/index.ts'

process.exitCode = await runCli(process.argv.slice(2), {
  environment: readEnvironment(),
  clock: systemClock,
  random: systemRandom,
  egress: () => createEgress({ clock: systemClock }),
  input: async () => Buffer.concat(await Array.fromAsync<Uint8Array>(process.stdin)).toString(),
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
  ended: () =>
    new Promise((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => resolve())
    }),
})
