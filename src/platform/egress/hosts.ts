import type { Clock } from '../../lib/clock.ts'
import { GatewayError } from '../../lib/errors.ts'
import { lruCache } from '../../lib/lru.ts'
import { addressJudge, type Network } from './addresses.ts'
import { firstReachable, type HostResolver } from './dial.ts'
import { checkAddresses, type Destination, readDestination } from './target.ts'

/** A host whose addresses were all checked, and the one that is dialled. Lives until its verdict is replaced. */
export interface CheckedHost {
  readonly address: string
  readonly port: number
  readonly freshUntil: number
  /** After this instant, or once something failed, the host is looked up again before it is used. */
  usableUntil: number
  /** When it last answered anything; a host that just did needs no watch over its connect. */
  answeredAt: number
  isRefreshing: boolean
}

/** What `fetch` is given so that it connects to the checked address and to no other. */
export interface Target {
  readonly host: CheckedHost
  /** The URL with the checked address in place of the name. */
  readonly url: string
  /** The name for the Host header; undefined when the URL had an address anyway. */
  readonly hostHeader: string | undefined
  /** Undefined when the runtime's defaults do. The server name is the one the certificate must carry, and part of the
   * connection pool's key (measured with Bun 1.4.5); a `checkServerIdentity` of ours would end all pooling. */
  readonly tls: { readonly serverName?: string; readonly ca?: string[] } | undefined
}

/** Knows where URLs lead. */
export interface Targets {
  /** The target when it is known and usable: the hot path, synchronous. */
  readonly known: (url: string, network: Network) => Target | undefined
  /** Checks the URL, looks its host up and checks the addresses. Throws `access_denied` or `upstream_unreachable`. */
  readonly find: (url: string, network: Network) => Promise<Target>
}

/** What {@link targetBook} needs. */
export interface TargetBookOptions {
  readonly clock: Clock
  readonly resolve: HostResolver
  /** A proxy stands between: direct dialling says nothing. */
  readonly isProxied: boolean
  /** Every certificate to trust, when it is not the runtime's own list. */
  readonly ca: readonly string[] | undefined
}

const FRESH_MS = 30_000
const USABLE_MS = 300_000
const DIAL_TIMEOUT_MS = 3_000
const MAX_ENTRIES = 2_048

/**
 * Makes {@link Targets}. A verdict is fresh for 30 s; for five minutes more it is used while one look-up renews it
 * behind: the address was checked, so age makes it no less safe.
 */
export function targetBook(options: TargetBookOptions): Targets {
  const { clock, resolve } = options
  const judge = addressJudge()
  const targets = { public: lruCache<string, Target>(MAX_ENTRIES), private: lruCache<string, Target>(MAX_ENTRIES) }
  const hosts = lruCache<string, CheckedHost>(MAX_ENTRIES)

  const look = async (destination: Destination, network: Network): Promise<CheckedHost> => {
    const { hostname, port, isLiteral } = destination
    const addresses = isLiteral ? [hostname] : await resolveHost(resolve, hostname)
    checkAddresses(hostname, addresses, { judge, network })
    const candidates = options.isProxied ? addresses.slice(0, 1) : addresses
    const address = (await firstReachable(candidates, { port, timeoutMs: DIAL_TIMEOUT_MS }, clock)) ?? hostname
    const now = clock.now()
    const usableUntil = isLiteral ? Number.POSITIVE_INFINITY : now + USABLE_MS
    const freshUntil = isLiteral ? Number.POSITIVE_INFINITY : now + FRESH_MS
    const host = { address, port, freshUntil, usableUntil, answeredAt: 0, isRefreshing: false }
    hosts.set(hostKey(destination, network), host)
    return host
  }
  const refresh = (url: string, network: Network, old: CheckedHost) => {
    old.isRefreshing = true
    look(readDestination(url, network), network).then(
      (host) => {
        if (host.address === old.address) host.answeredAt = old.answeredAt
        old.usableUntil = 0
      },
      (error: unknown) => {
        // A name that now leads where it may not is cut off at once; a resolver that is away is borne until `usableUntil`.
        if (error instanceof GatewayError && error.code === 'access_denied') old.usableUntil = 0
        else old.isRefreshing = false
      },
    )
  }
  return {
    known: (url, network) => {
      const target = targets[network].get(url)
      if (!target) return undefined
      const now = clock.now()
      const { host } = target
      if (now < host.freshUntil && now < host.usableUntil) return target
      if (now >= host.usableUntil) return undefined
      if (!host.isRefreshing) refresh(url, network, host)
      return target
    },
    find: async (url, network) => {
      const destination = readDestination(url, network)
      const remembered = hosts.get(hostKey(destination, network))
      const isUsable = remembered !== undefined && clock.now() < Math.min(remembered.usableUntil, remembered.freshUntil)
      const host = isUsable ? remembered : await look(destination, network)
      const target = aim(destination, host, options.ca)
      targets[network].set(url, target)
      return target
    },
  }
}

function hostKey({ hostname, port }: Destination, network: Network): string {
  return `${network} ${hostname} ${port}`
}

async function resolveHost(resolve: HostResolver, hostname: string): Promise<readonly string[]> {
  try {
    return await resolve(hostname)
  } catch (cause) {
    throw new GatewayError('upstream_unreachable', { internalDetail: `${hostname} cannot be looked up`, cause })
  }
}

function aim(destination: Destination, host: CheckedHost, ca: readonly string[] | undefined): Target {
  const { url, hostname, isLiteral } = destination
  const isTls = url.protocol === 'https:'
  const serverName = isTls && !isLiteral ? hostname : undefined
  const isSpecial = isTls && (serverName !== undefined || ca !== undefined)
  const tls = isSpecial ? { ...(serverName && { serverName }), ...(ca && { ca: [...ca] }) } : undefined
  if (isLiteral) return { host, url: url.href, hostHeader: undefined, tls }
  const aimed = new URL(url.href)
  aimed.hostname = host.address.includes(':') ? `[${host.address}]` : host.address
  return { host, url: aimed.href, hostHeader: url.host, tls }
}
