/** Where the vendors' SDKs put a key besides `Authorization`: Anthropic, Gemini, Azure OpenAI. */
const KEY_HEADERS = ['x-api-key', 'x-goog-api-key', 'api-key'] as const
const LONGEST = 8_192
const BEARER = /^bearer +/i

/**
 * The credential of a request, from `Authorization: Bearer`, `x-api-key`, `x-goog-api-key`, `api-key`, or the query's
 * `key` (which Gemini's clients send). The first that is there counts, in this order.
 * Undefined when there is none, or only one that is longer than 8 KiB.
 */
export function readCredential(headers: Headers, query?: URLSearchParams): string | undefined {
  const authorization = headers.get('authorization')
  if (authorization !== null && BEARER.test(authorization)) {
    return bounded(authorization.replace(BEARER, ''))
  }
  for (const name of KEY_HEADERS) {
    const value = headers.get(name)
    if (value !== null && value !== '') return bounded(value)
  }
  const key = query?.get('key')
  return key ? bounded(key) : undefined
}

function bounded(text: string): string | undefined {
  const trimmed = text.trim()
  return trimmed === '' || trimmed.length > LONGEST ? undefined : trimmed
}
