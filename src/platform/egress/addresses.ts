import { BlockList, isIPv4, isIPv6 } from 'node:net'

/** How far an outbound call may reach: `public` = the open internet alone; `private` = loopback and private networks too. */
export type Network = 'public' | 'private'

type Subnet = readonly [network: string, prefix: number]

/** Never reachable, whatever the network: "this" network, link-local (cloud metadata lives there), multicast, reserved. */
const NEVER_V4: readonly Subnet[] = [
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]
/** Metadata and wire services of clouds that do not live in the link-local range: Alibaba, Oracle, Azure. */
const METADATA_V4: readonly Subnet[] = [
  ['100.100.100.200', 32],
  ['192.0.0.192', 32],
  ['168.63.129.16', 32],
]
/** IANA IPv4 special-purpose registry (RFC 6890 and its updates): only with `network: private`. */
const PRIVATE_V4: readonly Subnet[] = [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
]
/** Metadata services of AWS and Google Cloud on IPv6. */
const METADATA_V6: readonly Subnet[] = [
  ['fd00:ec2::', 32],
  ['fd20:ce::254', 128],
]
const PRIVATE_V6: readonly Subnet[] = [
  ['::1', 128],
  ['fc00::', 7],
]
/** Global unicast is all of IPv6 that is public; these parts of it are not: Teredo, ORCHID, documentation, 6to4. */
const GLOBAL_V6: Subnet = ['2000::', 3]
const NOT_GLOBAL_V6: readonly Subnet[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]

/** Says why an address may not be connected to, or undefined when it may. */
export type AddressJudge = (address: string, network: Network) => string | undefined

/**
 * Makes the judge of addresses. An IPv4 address inside an IPv6 one (mapped, compatible, NAT64 64:ff9b::/96) is judged as
 * itself, and the tunnels that hide one elsewhere (6to4, Teredo) are refused, so that no spelling slips through.
 */
export function addressJudge(): AddressJudge {
  const never = blockList([...NEVER_V4, ...METADATA_V4], METADATA_V6)
  const inside = blockList(PRIVATE_V4, PRIVATE_V6)
  const global = blockList([], [GLOBAL_V6])
  const notGlobal = blockList([], NOT_GLOBAL_V6)
  const judgeV4 = (address: string, network: Network) => {
    if (never.check(address, 'ipv4')) return 'is link-local, reserved or a cloud metadata address'
    if (network === 'public' && inside.check(address, 'ipv4')) return 'is not a public address'
    return undefined
  }
  return (address, network) => {
    if (isIPv4(address)) return judgeV4(address, network)
    if (!isIPv6(address) || address.includes('%')) return 'is not an address'
    const embedded = embeddedIpv4(address)
    if (embedded !== undefined) return judgeV4(embedded, network)
    if (never.check(address, 'ipv6')) return 'is a cloud metadata address'
    if (network === 'private' && inside.check(address, 'ipv6')) return undefined
    if (!global.check(address, 'ipv6') || notGlobal.check(address, 'ipv6')) return 'is not a public address'
    return undefined
  }
}

function blockList(v4: readonly Subnet[], v6: readonly Subnet[]): BlockList {
  const list = new BlockList()
  for (const [network, prefix] of v4) list.addSubnet(network, prefix, 'ipv4')
  for (const [network, prefix] of v6) list.addSubnet(network, prefix, 'ipv6')
  return list
}

/** The IPv4 address in ::ffff:0:0/96, ::/96 (less `::` and `::1`) or 64:ff9b::/96, as dotted text. */
function embeddedIpv4(address: string): string | undefined {
  const groups = ipv6Groups(address)
  const head = groups
    .slice(0, 6)
    .map((group) => group.toString(16))
    .join(':')
  const high = groups[6] ?? 0
  const low = groups[7] ?? 0
  const isMapped = head === '0:0:0:0:0:ffff' || head === '0:0:0:0:ffff:0'
  const isCompatible = head === '0:0:0:0:0:0' && (high !== 0 || low > 1)
  const isNat64 = head === '64:ff9b:0:0:0:0'
  if (!isMapped && !isCompatible && !isNat64) return undefined
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.')
}

/** The eight groups of a valid IPv6 address. */
function ipv6Groups(address: string): number[] {
  const dotted = /(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address)
  let text = address
  if (dotted) {
    const [a, b, c, d] = dotted.slice(1).map(Number)
    const pair = (left = 0, right = 0) => ((left << 8) | right).toString(16)
    text = `${address.slice(0, dotted.index)}${pair(a, b)}:${pair(c, d)}`
  }
  const [left = '', right] = text.split('::')
  const parse = (part: string) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)))
  const before = parse(left)
  if (right === undefined) return before
  const after = parse(right)
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after]
}
