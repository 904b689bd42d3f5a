const QUOTE = 34
const COMMA = 44
const OPEN_ARRAY = 91
const BACKSLASH = 92
const CLOSE_ARRAY = 93
const OPEN_OBJECT = 123
const CLOSE_OBJECT = 125

/** The offset after the string whose opening quote stands at `at`; the text's length when it is never closed. */
export function afterString(text: string, at: number): number {
  let from = at + 1
  for (;;) {
    const quote = text.indexOf('"', from)
    if (quote === -1) return text.length
    let slashes = quote
    while (text.charCodeAt(slashes - 1) === BACKSLASH && slashes > from) slashes--
    if ((quote - slashes) % 2 === 0) return quote + 1
    from = quote + 1
  }
}

/** What the string between two offsets (quotes included) says; its raw text when it is not valid JSON. */
export function stringValue(text: string, start: number, end: number): string {
  const raw = text.slice(start + 1, end - 1)
  if (!raw.includes('\\')) return raw
  try {
    return String(JSON.parse(text.slice(start, end)))
  } catch {
    return raw
  }
}

/** The first offset from `at` that is not JSON white space. */
export function skipSpace(text: string, at: number): number {
  let next = at
  for (; next < text.length; next++) {
    const code = text.charCodeAt(next)
    if (code !== 32 && code !== 10 && code !== 13 && code !== 9) break
  }
  return next
}

/** The offset after the value that starts at `at`. The text must be valid JSON. */
export function afterValue(text: string, at: number): number {
  const first = text.charCodeAt(at)
  if (first === QUOTE) return afterString(text, at)
  if (first === OPEN_OBJECT || first === OPEN_ARRAY) return afterContainer(text, at)
  let next = at
  for (; next < text.length; next++) {
    const code = text.charCodeAt(next)
    if (code === COMMA || code === CLOSE_ARRAY || code === CLOSE_OBJECT || code <= 32) break
  }
  return next
}

function afterContainer(text: string, at: number): number {
  let depth = 0
  for (let next = at; next < text.length; next++) {
    const code = text.charCodeAt(next)
    if (code === QUOTE) next = afterString(text, next) - 1
    else if (code === OPEN_OBJECT || code === OPEN_ARRAY) depth++
    else if ((code === CLOSE_OBJECT || code === CLOSE_ARRAY) && --depth === 0) return next + 1
  }
  return text.length
}
