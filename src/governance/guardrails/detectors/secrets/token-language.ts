/** Nothing of a longer word follows. */
export const END = '(?![0-9A-Za-z])'

/** Lower-case hexadecimal, `length` digits. */
export const hex = (length: number) => `[0-9a-f]{${length}}`

/** Letters and digits. */
export const alnum = (min: number, max = min) => `[0-9A-Za-z]{${min},${max}}`

/** The alphabet of URL-safe base64: letters, digits, `-` and `_`. */
export const urlSafe = (min: number, max = min) => `[0-9A-Za-z_-]{${min},${max}}`

/** The alphabet of base64. */
export const base64 = (min: number, max = min) => `[0-9A-Za-z+/]{${min},${max}}`

/** A UUID, in either case. */
export const UUID = '[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}'

/** What stands between a vendor's name and its key: `_API_KEY="`, ` key is `, `: `. */
export const BETWEEN = '[0-9A-Za-z_. -]{0,40}?[^0-9A-Za-z\\n]{1,10}'
