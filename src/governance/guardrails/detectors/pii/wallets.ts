import { sha256Hex } from '../../../../lib/crypto.ts'
import type { Finding } from '../../engine/rule.ts'
import { contextOf, hasContext } from './context.ts'
import type { Numbers } from './words.ts'

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
const BASE58_SHAPE = /^[1-9A-HJ-NP-Za-km-z]{26,35}$/
const BECH32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const BECH32_SHAPE = /^(?:(bc|tb|ltc)1)([02-9ac-hj-np-z]{11,87})$/i
const ETHEREUM = /^0x[0-9a-fA-F]{40}$/
const MONERO = /^[48][1-9A-HJ-NP-Za-km-z]{94}$/
const LONG_BASE58 = /^[1-9A-HJ-NP-Za-km-z]{32,44}$/
const CONTEXT = contextOf(
  'wallet|btc|bitcoin|eth|ethereum|crypto|solana|sol|litecoin|ltc|doge|dogecoin|tron|usdt|xrp|ripple|monero|xmr',
)
/** First bytes of addresses: Bitcoin, Litecoin, Dogecoin, Dash, Tron, Zcash. */
const VERSIONS: ReadonlySet<number> = new Set([0, 5, 48, 50, 30, 22, 76, 16, 65, 111, 196, 28])

/** Addresses of crypto wallets, by their checksums where they have one. */
export function walletsIn({ text, words }: Numbers): readonly Finding[] {
  const found: Finding[] = []
  for (const { start, end, digits } of words) {
    const length = end - start
    if (digits || length < 14 || length > 95) continue
    const score = scoreOf(text, start, end)
    if (score > 0) found.push({ start, end, kind: 'CRYPTO_WALLET', score })
  }
  return found
}

function scoreOf(text: string, start: number, end: number): number {
  const word = text.slice(start, end)
  if (/[\w+]/.test(text.charAt(start - 1))) return 0
  if (ETHEREUM.test(word)) return /^0x(.)\1+$/.test(word) ? 0.1 : 0.85
  const bech32 = BECH32_SHAPE.exec(word)
  if (bech32) return isBech32((bech32[1] ?? '').toLowerCase(), (bech32[2] ?? '').toLowerCase()) ? 0.98 : 0
  if (BASE58_SHAPE.test(word) && isBase58Check(word)) return 0.98
  if (MONERO.test(word)) return 0.85
  return LONG_BASE58.test(word) && hasContext({ text, start, end }, CONTEXT) ? 0.7 : 0
}

function isBase58Check(word: string): boolean {
  let number = 0n
  for (const character of word) number = number * 58n + BigInt(BASE58.indexOf(character))
  const bytes = Buffer.from(number.toString(16).padStart(50, '0'), 'hex')
  if (bytes.length !== 25 || !VERSIONS.has(bytes[0] ?? -1)) return false
  const digest = sha256Hex(Buffer.from(sha256Hex(bytes.subarray(0, 21)), 'hex'))
  return bytes.subarray(21).toString('hex') === digest.slice(0, 8)
}

const GENERATORS = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]

/** BIP 173 and BIP 350. */
function isBech32(prefix: string, data: string): boolean {
  const codes = Array.from(prefix, (character) => character.charCodeAt(0))
  const values = [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)]
  for (const character of data) values.push(BECH32.indexOf(character))
  let check = 1
  for (const value of values) {
    const top = check >>> 25
    check = ((check & 0x1ffffff) << 5) ^ value
    GENERATORS.forEach((generator, bit) => {
      if ((top >>> bit) & 1) check ^= generator
    })
  }
  return check === 1 || check === 0x2bc830a3
}
