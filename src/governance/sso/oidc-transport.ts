import type { CustomFetch } from 'openid-client'
import type { Egress, EgressRequest } from '../../platform/egress/index.ts'

/** Longest answer of an identity provider, bytes: keys and descriptions are a few KiB. */
const LONGEST_ANSWER = 1_048_576

/** The library's calls, through the one way out. */
export function oidcTransport(egress: Egress, network: EgressRequest['network']): CustomFetch {
  return async (url, { method, headers, body, signal }) => {
    const answer = await egress.send({
      url,
      method,
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
      body: bodyOf(body),
      network,
      signal,
    })
    const text = await answer.text(LONGEST_ANSWER)
    // A status without a body must have none (RFC 9110 §15.3.5).
    return new Response(text === '' ? null : text, { status: answer.status, headers: answer.headers })
  }
}

/** The library sends forms and nothing else. */
function bodyOf(body: Parameters<CustomFetch>[1]['body']): string | undefined {
  if (body === undefined || body === null) return undefined
  if (typeof body === 'string' || body instanceof URLSearchParams) return body.toString()
  throw new TypeError('a call to an identity provider carries a form or nothing')
}
