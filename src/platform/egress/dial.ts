import { lookup } from 'node:dns/promises'
import { connect } from 'node:net'
import type { Clock } from '../../lib/clock.ts'

/** Looks a host name up: every address it has. Rejects when there is none. */
export type HostResolver = (hostname: string) => Promise<readonly string[]>

/** The machine's own resolver (hosts file included), in the order RFC 6724 gives. */
export const systemResolver: HostResolver = async (hostname) => {
  const found = await lookup(hostname, { all: true, order: 'verbatim' })
  return found.map(({ address }) => address)
}

/** One place to dial. */
export interface Endpoint {
  readonly address: string
  readonly port: number
}

/** Whether something accepts a TCP connection there within `timeoutMs`. The connection is closed at once. */
export function isReachable(endpoint: Endpoint, timeoutMs: number, clock: Clock): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: endpoint.address, port: endpoint.port })
    const finish = (answer: boolean) => {
      timer.cancel()
      socket.destroy()
      resolve(answer)
    }
    const timer = clock.schedule(timeoutMs, () => finish(false))
    socket.once('connect', () => finish(true))
    socket.once('error', () => finish(false))
  })
}

const STAGGER_MS = 250

/**
 * The first of several addresses that accepts a connection; each gets a head start of 250 ms over the next (the idea of
 * RFC 8305). When none does within `timeoutMs`, the first address: its failure is then the caller's to report.
 */
export function firstReachable(
  addresses: readonly string[],
  dial: { readonly port: number; readonly timeoutMs: number },
  clock: Clock,
): Promise<string | undefined> {
  const [first] = addresses
  if (addresses.length < 2) return Promise.resolve(first)
  return new Promise((resolve) => {
    let open = addresses.length
    let isSettled = false
    for (const [index, address] of addresses.entries()) {
      clock.schedule(index * STAGGER_MS, async () => {
        if (isSettled) return
        const isOpen = await isReachable({ address, port: dial.port }, dial.timeoutMs, clock)
        open--
        if (!isOpen && open > 0) return
        isSettled = true
        resolve(isOpen ? address : first)
      })
    }
  })
}
