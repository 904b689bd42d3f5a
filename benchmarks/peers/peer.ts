import { mkdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { firstAnswer } from '../gateway.ts'
import type { Shot } from '../load.ts'
import { freePort } from '../ports.ts'
import { startCommand } from '../processes.ts'
import type { Subject, Work } from '../subject.ts'

/** What an adapter is given. */
export interface PeerSite {
  /** `http://127.0.0.1:<port>` of the upstream. */
  readonly upstream: string
  /** A folder of its own. */
  readonly directory: string
  readonly port: number
}

/** How a peer is run and asked. */
export interface PeerSetup {
  readonly command: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** A request without the address; undefined for what it cannot do. */
  readonly shot: (work: Work) => Omit<Shot, 'origin'> | undefined
}

/** Another product, measured beside ours when it is installed. It only forwards: no keys, no limits, no ledger. */
export interface Peer {
  readonly name: string
  /** How to install it. */
  readonly install: string
  /** Writes what it needs and says how to run it; undefined when it is not installed. */
  readonly setUp: (site: PeerSite) => Promise<PeerSetup | undefined>
}

/** A running peer, or why it does not run. */
export type StartedPeer =
  | { readonly kind: 'running'; readonly subject: Subject; readonly stop: () => Promise<void> }
  | { readonly kind: 'absent'; readonly why: string }

/** Starts a peer that is installed and waits for its first answer. Never rejects. */
export async function startPeer(peer: Peer, site: Omit<PeerSite, 'port'>): Promise<StartedPeer> {
  const directory = join(site.directory, peer.name)
  mkdirSync(directory, { recursive: true })
  const port = await freePort()
  const setup = await peer.setUp({ ...site, directory, port })
  if (!setup) return { kind: 'absent', why: `not installed (${peer.install})` }
  const output = join(directory, 'output.log')
  const { PATH = '', HOME = '' } = process.env
  const child = startCommand(setup.command, { env: { PATH, HOME, ...setup.env }, output, cwd: directory })
  const origin = `http://127.0.0.1:${port}`
  const shot = (work: Work) => {
    const asked = setup.shot(work)
    return asked && { origin, ...asked }
  }
  const subject = { name: peer.name, child, isPeer: true, shot }
  try {
    await firstAnswer(subject, child, '')
    return { kind: 'running', subject, stop: child.stop }
  } catch {
    const said = (await readFile(output, 'utf8')).trim().slice(-300).replace(/\s+/g, ' ')
    return { kind: 'absent', why: `did not start: ${said}` }
  }
}
