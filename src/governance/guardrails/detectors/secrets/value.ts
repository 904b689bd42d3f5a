/** Words that stand in a secret's place, wherever they stand. */
const STANDS_FOR =
  /x{5}|\*{3}|\.{3}|…|#{4}|0{8}|[<>{}]|\$\(|example|placeholder|change[-_ ]?me|undefined|your[-_ ]?(?:api|key|token|pass|secret|own|client|account)|my[-_](?:api|key|token|pass|secret)|(?:put|paste|enter|add)[-_ ](?:your|here|the)|(?:key|token|secret|password|value)[-_ ]?here/i
/** Short words, which chance may draw: only when nothing is joined to them. */
const STANDS_ALONE =
  /(?<![0-9a-z])(?:redacted|removed|dummy|insert|replace[-_ ]?(?:me|with)|sample|fake|null|todo)(?![0-9a-z])/i
const [ZERO, NINE, SMALL_A] = [48, 57, 97]

/** Whether a value plainly stands for a secret and is none: `xxxxx`, `<your key>`, `EXAMPLE`, `123456789012`, `aaaaaaaa`. */
export function isPlaceholder(value: string): boolean {
  return STANDS_FOR.test(value) || STANDS_ALONE.test(value) || isMonotone(value) || isRun(value)
}

/** Hardly any different characters for its length. */
function isMonotone(value: string): boolean {
  if (value.length < 12) return new Set(value).size <= 2
  return new Set(value).size < Math.min(8, 2 + value.length / 6)
}

/** Half of it is the alphabet or the digits in their order. */
function isRun(value: string): boolean {
  const enough = Math.max(9, Math.ceil(value.length / 2))
  const lower = value.toLowerCase()
  let run = 1
  for (let at = 1; at < lower.length && run < enough; at++) {
    run = follows(lower.charCodeAt(at), lower.charCodeAt(at - 1)) ? run + 1 : 1
  }
  return run >= enough
}

/** Whether one character is the next in the alphabet, or in the digits, which 0 and a may continue. */
function follows(code: number, before: number): boolean {
  if (code === before + 1) return true
  return (before === NINE && (code === ZERO || code === SMALL_A)) || (before === ZERO && code === SMALL_A)
}

/** Shannon's entropy of the characters of a value, in bits a character. */
export function entropy(value: string): number {
  const counts = new Map<string, number>()
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length)
  return bits
}

/** Whether a value looks drawn at random: many different characters, and letters mixed with digits. */
export function looksRandom(value: string, bits = 3): boolean {
  if (!/\d/.test(value) || !/[A-Za-z]/.test(value)) return false
  const wanted = HEX.test(value) ? Math.min(bits, 2.7) : bits
  return entropy(value) >= wanted && !isPlaceholder(value)
}

const HEX = /^[0-9a-f]+$/i
const HEX_DIGEST = /^[0-9a-f]{32,128}$/i
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Whether a value has the shape of a digest or an identifier, which secrets also have. */
export function looksLikeDigest(value: string): boolean {
  return HEX_DIGEST.test(value) || UUID.test(value)
}
