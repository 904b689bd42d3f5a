/** How the text of a variable becomes a value; throws `Error` with what is expected when it cannot. */
export type Reader<T> = (text: string) => T

/** Any text. */
export const text: Reader<string> = (given) => given

/** A whole number between two bounds, both allowed. */
export function whole(min: number, max: number): Reader<number> {
  return (given) => {
    const value = Number(given)
    if (!/^\d+$/.test(given) || value < min || value > max) throw new Error(`a whole number from ${min} to ${max}`)
    return value
  }
}

const UNITS: Readonly<Record<string, number>> = { '': 1, B: 1, KiB: 1_024, MiB: 1_048_576, GiB: 1_073_741_824 }

/** A size in bytes, plain or with KiB, MiB or GiB, up to `max` bytes. */
export function bytes(max: number): Reader<number> {
  return (given) => {
    const [, amount = '', unit = ''] = /^(\d+)\s*([A-Za-z]*)$/.exec(given) ?? []
    const size = Number(amount) * (UNITS[unit] ?? Number.NaN)
    if (amount === '' || !(size >= 1 && size <= max))
      throw new Error(`a size such as 33554432 or 32 MiB, at most ${max} bytes`)
    return size
  }
}

/** Seconds, fractions allowed, as milliseconds. */
export function seconds(max: number): Reader<number> {
  return (given) => {
    const value = Number(given)
    if (!/^\d+(\.\d+)?$/.test(given) || value > max) throw new Error(`seconds from 0 to ${max}`)
    return Math.round(value * 1_000)
  }
}

/** One of a few words. */
export function oneOf<const W extends string>(...words: readonly W[]): Reader<W> {
  return (given) => {
    const word = words.find((candidate) => candidate === given)
    if (word === undefined) throw new Error(`one of ${words.join(', ')}`)
    return word
  }
}

/** A URL with one of the given schemes, without its closing slash. */
export function url(...schemes: readonly string[]): Reader<string> {
  return (given) => {
    const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(given)?.[1]?.toLowerCase() ?? ''
    const isReadable = scheme === 'sqlite' || URL.canParse(given)
    if (!schemes.includes(scheme) || !isReadable)
      throw new Error(`a URL beginning with ${schemes.map((name) => `${name}:`).join(' or ')}`)
    return given.replace(/\/$/, '')
  }
}

/** Words separated by commas or white space; what each must be is said where it is used. */
export const list: Reader<readonly string[]> = (given) => given.split(/[\s,]+/).filter((one) => one !== '')

/** Places separated by commas or white space: absolute paths as `file:/…`, http(s) and syslog+tls, +tcp, +udp addresses. */
export const places: Reader<readonly string[]> = (given) => {
  const all = given.split(/[\s,]+/).filter((one) => one !== '')
  const isPlace = (one: string) =>
    /^(file:\/|https?:\/\/|syslog\+(tls|tcp|udp):\/\/)\S+$/.test(one) && URL.canParse(one)
  if (!all.every(isPlace))
    throw new Error('a list of file:/absolute/path, https://…, syslog+tls://host:port, syslog+tcp:// or syslog+udp://')
  return all
}

/** An e-mail address, roughly. */
export const email: Reader<string> = (given) => {
  if (!/^[^@\s]+@[^@\s]+$/.test(given)) throw new Error('an e-mail address')
  return given
}

/** A password that an operator gives: 8 to 256 characters. */
export const password: Reader<string> = (given) => {
  if (given.length < 8 || given.length > 256) throw new Error('8 to 256 characters')
  return given
}

/** 32 bytes, as 64 hex digits or 43 to 44 base64 characters. */
export const key256: Reader<string> = (given) => {
  const isHex = /^[0-9a-f]{64}$/i.test(given)
  if (!isHex && !/^[A-Za-z0-9+/_-]{43}=?$/.test(given))
    throw new Error('32 random bytes as 64 hex digits or as base64 (openssl rand -hex 32)')
  return given
}

/** A virtual key's form: the checksum is checked where keys are made. */
export const virtualKey: Reader<string> = (given) => {
  if (!/^gth_[0-9A-Za-z]{36}$/.test(given))
    throw new Error('a virtual key: gth_ and 36 letters or digits (gatehouse keys new)')
  return given
}
