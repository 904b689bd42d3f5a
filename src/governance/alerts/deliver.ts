import { createHmac } from 'node:crypto'
import type { Clock } from '../../lib/clock.ts'
import { GatewayError } from '../../lib/errors.ts'
import type { Egress, Mailer, Network } from '../../platform/egress/index.ts'
import type { Channel } from './alert.kind.ts'
import { type AlertMessage, mailText, slackBody, teamsBody, webhookBody } from './message.ts'

/** What telling somebody needs. */
export interface DeliveryTools {
  readonly egress: Pick<Egress, 'send'>
  /** Absent where no mail server is configured. */
  readonly mailer: Mailer | undefined
  readonly secret: (ref: string) => Promise<string>
  readonly clock: Clock
}

const TIMEOUT_MS = 10_000
const LONGEST_ANSWER = 65_536

/** What a channel is called in lists and logs, without its secret. */
export function channelName(channel: Channel): string {
  if ('email' in channel) return `email ${channel.email.join(', ')}`
  if ('slack' in channel) return 'slack'
  return 'teams' in channel ? 'teams' : `webhook ${new URL(channel.webhook).host}`
}

/** Tells one channel. Throws GatewayError, or what the mail server said, when it was not taken. */
export async function deliver(channel: Channel, message: AlertMessage, tools: DeliveryTools): Promise<void> {
  if ('email' in channel) {
    if (!tools.mailer)
      throw new GatewayError('not_ready', { message: 'No mail server is configured: set GATEHOUSE_SMTP_URL.' })
    return tools.mailer.send({ to: channel.email, ...mailText(message) })
  }
  if ('slack' in channel) return post(tools, { url: await tools.secret(channel.slack), body: slackBody(message) })
  if ('teams' in channel) return post(tools, { url: await tools.secret(channel.teams), body: teamsBody(message) })
  const body = webhookBody(message)
  const headers = { 'x-gatehouse-signature': signature(await tools.secret(channel.secret), body, tools.clock.now()) }
  return post(tools, { url: channel.webhook, body, headers, network: channel.network })
}

/**
 * `t=<seconds>,v1=<hex>`: HMAC-SHA-256 of `<seconds>.<body>`. Who gets it computes the same, compares in constant time,
 * and refuses what is older than five minutes, so that nothing can be sent twice by others.
 */
export function signature(secret: string, body: string, nowMs: number): string {
  const seconds = Math.floor(nowMs / 1_000)
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`
}

interface Post {
  readonly url: string
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
  readonly network?: Network
}

async function post(
  { egress, clock }: DeliveryTools,
  { url, body, headers = {}, network = 'public' }: Post,
): Promise<void> {
  const enough = new AbortController()
  const timer = clock.schedule(TIMEOUT_MS, () => enough.abort(new DOMException('no answer', 'TimeoutError')))
  try {
    const sent = { 'content-type': 'application/json', ...headers }
    const answer = await egress.send({ url, method: 'POST', headers: sent, body, network, signal: enough.signal })
    await answer.bytes(LONGEST_ANSWER)
    if (answer.status >= 200 && answer.status < 300) return
    throw new GatewayError('upstream_invalid', { message: `The channel answered ${answer.status}.` })
  } finally {
    timer.cancel()
  }
}
