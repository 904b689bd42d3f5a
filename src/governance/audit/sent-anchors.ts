import type { Clock } from '../../lib/clock.ts'
import { GatewayError } from '../../lib/errors.ts'
import { syslogLine } from '../../lib/syslog.ts'
import type { Egress, SyslogSender } from '../../platform/egress/index.ts'
import type { Anchor } from './anchor.ts'

const TIMEOUT_MS = 10_000
const LONGEST_ANSWER = 65_536

/** An HTTP address to which each checkpoint is posted as JSON; any 2xx is a receipt. */
export function webhookAnchor(url: string, egress: Egress, clock: Clock): Anchor {
  return {
    name: `webhook ${new URL(url).host}`,
    mostHashes: 1_000,
    deliver: async (checkpoint) => {
      const enough = new AbortController()
      const timer = clock.schedule(TIMEOUT_MS, () => enough.abort(new DOMException('no answer', 'TimeoutError')))
      try {
        const answer = await egress.send({
          url,
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(checkpoint),
          // Whoever sets the gateway's environment may name any address.
          network: 'private',
          signal: enough.signal,
        })
        await answer.bytes(LONGEST_ANSWER)
        if (answer.status >= 200 && answer.status < 300) return
        throw new GatewayError('upstream_invalid', { internalDetail: `the anchor answered ${answer.status}` })
      } finally {
        timer.cancel()
      }
    },
  }
}

/** A log server that gets each checkpoint as one message (RFC 5424), the note's lines joined by spaces. */
export function syslogAnchor(name: string, sender: SyslogSender, host: string): Anchor {
  return {
    name,
    mostHashes: 0,
    deliver: ({ at, log, verifier, size, checkpoint }) => {
      const text = JSON.stringify({ log, size, verifier, checkpoint })
      return sender.send([
        syslogLine({ at: Date.parse(at), host, app: 'gatehouse', id: 'checkpoint', severity: 5, text }),
      ])
    },
  }
}
