import { join } from 'node:path'
import { startProgram } from './processes.ts'
import { plainSubject, type Subject } from './subject.ts'

/** The bare proxy: the floor that everything is compared with. */
export interface Bare {
  readonly subject: Subject
  readonly stop: () => Promise<void>
}

/** Starts the bare proxy on a free port. */
export async function startBare(upstream: string): Promise<Bare> {
  const program = startProgram<object, { readonly port: number }>(join(import.meta.dir, 'programs/bare.ts'), [upstream])
  const { port } = await program.ask({})
  return { subject: plainSubject('bare', `http://127.0.0.1:${port}`, program), stop: program.stop }
}
