import { isIP } from 'node:net'
import { GatewayError } from '../../lib/errors.ts'
import type { AddressJudge, Network } from './addresses.ts'

/** Where a URL leads, before its host is looked up. */
export interface Destination {
  readonly url: URL
  /** The host without brackets and without a closing dot. */
  readonly hostname: string
  readonly port: number
  /** The host is written as an address. */
  readonly isLiteral: boolean
}

/**
 * Reads the URL of an outbound call (WHATWG, so `0x7f.1` is 127.0.0.1 already) and refuses what no policy allows: another
 * scheme than https (http too with `network: private`), credentials inside. Throws `access_denied` with the reason.
 */
export function readDestination(text: string, network: Network): Destination {
  if (!URL.canParse(text)) throw refused('its URL cannot be read')
  const url = new URL(text)
  const isAllowed = url.protocol === 'https:' || (url.protocol === 'http:' && network === 'private')
  if (!isAllowed)
    throw refused(network === 'public' ? 'only https is allowed on the public network' : 'its scheme is not http(s)')
  if (url.username !== '' || url.password !== '') throw refused('its URL carries credentials')
  const hostname = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  if (hostname === '') throw refused('its URL names no host')
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port)
  return { url, hostname, port, isLiteral: isIP(hostname) !== 0 }
}

/** Refuses a host when any of its addresses is out of bounds: a mixed answer is what DNS rebinding looks like. */
export function checkAddresses(
  hostname: string,
  addresses: readonly string[],
  rule: { judge: AddressJudge; network: Network },
): void {
  if (addresses.length === 0)
    throw new GatewayError('upstream_unreachable', { internalDetail: `${hostname} has no address` })
  for (const address of addresses) {
    const reason = rule.judge(address, rule.network)
    if (reason !== undefined) throw refused(`${hostname === address ? address : `${hostname} (${address})`} ${reason}`)
  }
}

function refused(why: string): GatewayError {
  return new GatewayError('access_denied', {
    message: 'The address of this upstream is not allowed. Tell your administrator.',
    internalDetail: `outbound call refused: ${why}`,
    facts: { guard: 'egress' },
  })
}
