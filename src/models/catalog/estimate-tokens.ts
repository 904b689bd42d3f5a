const SAMPLES_MAX = 512
const CHARACTERS_A_TOKEN = 4

/**
 * About how many tokens a text has: for holds, and for usage that a provider did not tell. Given a text, looks at no more
 * than 512 of its characters: ASCII counts a quarter, other alphabets a half, CJK and emoji a whole token a UTF-16 unit.
 * Given a length in characters, a quarter of it. Never 0 for a text that is not empty.
 */
export function estimateTokens(text: string | number): number {
  if (typeof text === 'number') return Math.ceil(Math.max(0, text) / CHARACTERS_A_TOKEN)
  const step = Math.max(1, Math.floor(text.length / SAMPLES_MAX))
  let quarters = 0
  let seen = 0
  for (let at = 0; at < text.length; at += step) {
    const code = text.charCodeAt(at)
    quarters += code < 0x80 ? 1 : code < 0x2e80 ? 2 : 4
    seen++
  }
  return seen === 0 ? 0 : Math.ceil(((quarters / seen) * text.length) / CHARACTERS_A_TOKEN)
}
