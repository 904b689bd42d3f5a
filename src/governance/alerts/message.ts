import type { AlertRow } from './alerts.store.ts'

/** Why somebody is told. */
export type Occasion = 'opened' | 'reminder' | 'resolved' | 'test'

/** What is told, before it is put into the form of a channel. */
export interface AlertMessage {
  readonly occasion: Occasion
  readonly alert: AlertRow
  /** What the product is called here. */
  readonly product: string
  /** Where the alert can be seen. */
  readonly href: string
}

const HEADS: Readonly<Record<Occasion, string>> = {
  opened: 'Alert',
  reminder: 'Still on',
  resolved: 'Resolved',
  test: 'Test',
}

/** One line: `Alert (critical) budgets-run-out: budget claims-month is 82 % spent`. */
export function headline({ occasion, alert }: AlertMessage): string {
  return `${HEADS[occasion]} (${alert.severity}) ${alert.alert}: ${alert.summary}`
}

/** The body of a webhook, as JSON. */
export function webhookBody({ occasion, alert, href }: AlertMessage): string {
  const instant = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString())
  return JSON.stringify({
    type: `alert.${occasion}`,
    id: alert.id,
    alert: alert.alert,
    signal: alert.signal,
    subject: alert.subject,
    severity: alert.severity,
    summary: alert.summary,
    state: alert.state,
    openedAt: instant(alert.opened_at),
    resolvedAt: instant(alert.resolved_at),
    href,
  })
}

/** What Slack's incoming webhooks take (docs.slack.dev/messaging/sending-messages-using-incoming-webhooks). */
export function slackBody(message: AlertMessage): string {
  // Slack's own mark-up begins with these three; nothing else needs escaping.
  const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return JSON.stringify({ text: `${escaped(headline(message))}\n<${message.href}|${escaped(message.product)}>` })
}

/** What a Teams workflow for incoming webhooks takes: a message with one Adaptive Card. */
export function teamsBody(message: AlertMessage): string {
  const block = (text: string, more: object = {}) => ({ type: 'TextBlock', text, wrap: true, ...more })
  const card = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: [
      block(headline(message), { weight: 'Bolder' }),
      block(`${message.product}, ${message.alert.signal}`, { isSubtle: true }),
    ],
    actions: [{ type: 'Action.OpenUrl', title: 'Open', url: message.href }],
  }
  const attachment = { contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content: card }
  return JSON.stringify({ type: 'message', attachments: [attachment] })
}

/** An e-mail: plain text, which every program shows and no mark-up can hide in. */
export function mailText(message: AlertMessage): { readonly subject: string; readonly text: string } {
  const { alert, product, href } = message
  const since = new Date(alert.opened_at).toISOString()
  const lines = [headline(message), '', `Since ${since}`, `About ${alert.subject || 'everything'}`, '', href]
  // A subject is one line; whatever would end it ends here.
  return { subject: `[${product}] ${headline(message)}`.replace(/[\r\n]+/g, ' ').slice(0, 200), text: lines.join('\n') }
}
