/** Red, green and blue, 0 to 255 each, of `#rrggbb`; undefined when the text is no such colour. */
function channelsOf(hex: string): readonly number[] | undefined {
  const found = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(hex)
  return found?.slice(1).map((pair) => Number.parseInt(pair, 16))
}

/** Relative luminance as WCAG 2.2 defines it (w3.org/TR/WCAG22/#dfn-relative-luminance), 0 (black) to 1 (white). */
function luminance(channels: readonly number[]): number {
  const [red = 0, green = 0, blue = 0] = channels.map((value) => {
    const share = value / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** The contrast of two colours (`#rrggbb`) as WCAG 2.2 defines it, 1 to 21; undefined when one of them is no colour. */
export function contrastOf(one: string, other: string): number | undefined {
  const a = channelsOf(one)
  const b = channelsOf(other)
  if (!a || !b) return undefined
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (light + 0.05) / (dark + 0.05)
}
