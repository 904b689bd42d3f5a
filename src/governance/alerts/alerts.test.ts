import { describe, expect, test } from 'bun:test'
import { createHmac } from 'node:crypto'
import { manualClock } from '../../lib/clock.ts'
import { idMaker } from '../../lib/ids.ts'
import { systemRandom } from '../../lib/random.ts'
import { documentSet, InvalidDocuments } from '../../platform/documents/index.ts'
import type { EgressRequest, Mail } from '../../platform/egress/index.ts'
import type { NewJob } from '../../platform/jobs/index.ts'
import { describeEngines } from '../../platform/storage/testing.ts'
import { auditMigrations } from '../audit/index.ts'
import { budgetKind } from '../limits/index.ts'
import type { UsageRow } from '../usage/index.ts'
import { ALERT_MIGRATIONS, alertKind, createAlerts, type SignalSources, TELL } from './index.ts'
import { firingOf } from './signals.ts'

const KINDS = [alertKind, budgetKind]
const alert = (spec: string, name = 'a') => `kind: Alert\nmetadata: {name: ${name}}\nspec: ${spec}\n`
const specOf = (spec: string) => {
  const [document] = documentSet(KINDS, alert(spec)).all(alertKind)
  if (!document) throw new Error('no document')
  return document.spec
}

const ROW = {
  operations: 0,
  succeeded: 0,
  failed: 0,
  interrupted: 0,
  blocked: 0,
  cost: 0,
  duration_ms: 0,
  first_tokens: 0,
  first_token_ms: 0,
}
const row = (more: Partial<UsageRow>) => ({ ...ROW, ...more }) as UsageRow

function sources(more: Partial<SignalSources> = {}): SignalSources {
  return {
    now: () => Date.parse('2026-11-27T10:30:00Z'),
    usage: async () => [],
    budgets: async () => [],
    ailingTargets: () => [],
    policyFaults: () => [],
    anchoringFaults: () => [],
    leakedKeys: async () => [],
    ...more,
  }
}
const usage = (...rows: readonly UsageRow[]) => sources({ usage: async () => rows })

describe('signals', () => {
  test.each([
    [
      'an error rate above the bound',
      '{watch: {signal: error-rate, above: 0.2, by: model}}',
      usage(row({ model: 'm', succeeded: 15, failed: 3, interrupted: 2 })),
      ['model:m: 25 % of 20 operations failed'],
    ],
    ['few failures', '{watch: {signal: error-rate, above: 0.3}}', usage(row({ succeeded: 15, failed: 5 })), []],
    ['too few operations to tell', '{watch: {signal: error-rate}}', usage(row({ succeeded: 0, failed: 10 })), []],
    [
      'denied operations are no failures',
      '{watch: {signal: error-rate}}',
      usage(row({ succeeded: 20, denied: 100 })),
      [],
    ],
    [
      'a slow first token',
      '{watch: {signal: latency, of: first-token, above: 2s}}',
      usage(row({ first_tokens: 20, first_token_ms: 50_000 })),
      ['the first token takes 2s500ms on average'],
    ],
    [
      'much that was blocked',
      '{watch: {signal: blocked, above: 5, by: team}}',
      usage(row({ team: 'claims', blocked: 7 }), row({ team: '', blocked: 2 })),
      ['team:claims: guardrails blocked 7 operations in 1h'],
    ],
    [
      'much that was spent',
      '{watch: {signal: spend, above: 10 USD, within: 24h}}',
      usage(row({ cost: 12_500_000_000 })),
      ['12.50 USD were spent in 1d'],
    ],
    [
      'a target that is away',
      '{watch: {signal: provider-down}}',
      sources({ ailingTargets: () => ['openai/gpt'] }),
      ['the target openai/gpt does not answer and is in cool-down'],
    ],
    [
      'a rejected policy',
      '{watch: {signal: policy-rejected}}',
      sources({ policyFaults: () => [{ source: 'policy-files', message: '2 problems in documents' }] }),
      ['policy (policy-files): 2 problems in documents'],
    ],
    [
      'a leaked key',
      '{watch: {signal: key-leaked}}',
      sources({ leakedKeys: async () => ['portal'] }),
      ['the key portal was reported as leaked; revoke it'],
    ],
    [
      'a budget almost spent',
      '{watch: {signal: budget}}',
      sources({
        budgets: async () => [{ budget: 'b', value: 'user:ann', spent: 9_000_000_000, amount: 10_000_000_000 }],
      }),
      ['budget b of user:ann is 90 % spent: 9 USD of 10 USD'],
    ],
  ] as const)('%s', async (_, spec, from, expected) => {
    expect((await firingOf(specOf(spec).watch, from)).map(({ summary }) => summary)).toEqual([...expected])
  })

  test('spending is unusual against what the windows before came to, never against nothing', async () => {
    const { watch } = specOf('{watch: {signal: unusual-spend, times: 3, within: 24h, baseline: 7d, by: team}}')
    const seen: (readonly [number, number])[] = []
    const from = sources({
      usage: async ({ from: start, to }) => {
        seen.push([start, to])
        const isBaseline = to - start > 86_400_001
        return isBaseline
          ? [row({ team: 'claims', cost: 14_000_000_000 }), row({ team: 'sales', cost: 70_000_000_000 })]
          : [
              row({ team: 'claims', cost: 8_000_000_000 }),
              row({ team: 'sales', cost: 12_000_000_000 }),
              row({ team: 'new', cost: 99_000_000_000 }),
            ]
      },
    })
    expect((await firingOf(watch, from)).map(({ summary }) => summary)).toEqual([
      'team:claims: 8 USD were spent in 1d, 4.0 times the usual',
    ])
    expect(seen).toHaveLength(2)
  })
})

test.each([
  ['an unknown signal', '{watch: {signal: weather}}'],
  ['an address that is no secret', "{watch: {signal: provider-down}, tell: [{slack: 'https://hooks.slack.com/x'}]}"],
  ['a webhook that is not signed', "{watch: {signal: provider-down}, tell: [{webhook: 'https://x.example'}]}"],
  ['a budget that is not there', '{watch: {signal: budget, budgets: [none]}}'],
  ['a baseline as short as the window', '{watch: {signal: unusual-spend, within: 7d, baseline: 7d}}'],
])('%s is refused', (_, spec) => {
  expect(() => documentSet(KINDS, alert(spec))).toThrow(InvalidDocuments)
})

describeEngines('alerts', (open) => {
  const start = async (spec: string, more: Partial<{ status: number }> = {}) => {
    const clock = manualClock(Date.parse('2026-11-27T10:30:00Z'))
    const database = await open([...ALERT_MIGRATIONS, ...auditMigrations], clock)
    const firing: string[] = []
    const jobs: NewJob[] = []
    const sent: EgressRequest[] = []
    const mails: Mail[] = []
    const audited: string[] = []
    let broken = false
    const alerts = createAlerts({
      database,
      clock,
      ids: idMaker(clock, systemRandom),
      audit: { append: async (_, ...entries) => audited.push(...entries.map(({ action }) => action)) },
      documents: () => documentSet(KINDS, alert(spec)).all(alertKind),
      sources: sources({
        now: clock.now,
        ailingTargets: () => {
          if (broken) throw new Error('the store is away')
          return firing
        },
      }),
      delivery: {
        clock,
        secret: async (ref) => (ref.includes('slack') ? 'https://hooks.example.com/slack' : 'hmac-key'),
        mailer: { send: async (mail) => void mails.push(mail) },
        egress: {
          send: async (request) => {
            sent.push(request)
            return {
              status: more.status ?? 200,
              headers: new Headers(),
              body: null,
              bytes: async () => new Uint8Array(),
              text: async () => '',
            }
          },
        },
      },
      enqueue: async (job) => void jobs.push(job),
      product: () => 'Aurora',
      href: (id) => `https://gate.example.com/console/alerts/${id}`,
      problem: () => undefined,
    })
    const tellAll = async () => {
      for (const job of jobs.splice(0)) await alerts.tell(job.payload)
    }
    return {
      alerts,
      clock,
      firing,
      jobs,
      sent,
      mails,
      audited,
      tellAll,
      setBroken: (is: boolean) => {
        broken = is
      },
    }
  }
  const WEBHOOK =
    "{watch: {signal: provider-down}, severity: critical, repeatAfter: 1h, tell: [{webhook: 'https://ops.example.com/hook', secret: 'secret://vault/hook'}]}"

  test('something that lasts is one alert, told once, again after a while, and when it ends', async () => {
    const { alerts, clock, firing, sent, tellAll } = await start(WEBHOOK)
    firing.push('openai/gpt')
    await alerts.look()
    await alerts.look()
    await tellAll()
    expect(sent.map(({ body }) => JSON.parse(String(body)).type)).toEqual(['alert.opened'])
    await clock.advance(3_600_000)
    await alerts.look()
    await tellAll()
    firing.splice(0)
    await alerts.look()
    await tellAll()
    expect(sent.map(({ body }) => JSON.parse(String(body)).type)).toEqual([
      'alert.opened',
      'alert.reminder',
      'alert.resolved',
    ])
    expect(await alerts.list({ limit: 10 })).toMatchObject([
      { state: 'resolved', subject: 'openai/gpt', severity: 'critical' },
    ])
    firing.push('openai/gpt')
    await alerts.look()
    expect(await alerts.list({ limit: 10, state: 'open' })).toHaveLength(1)
  })

  test('whoever acknowledges is remembered and audited, and nobody is reminded; what has ended cannot be', async () => {
    const { alerts, clock, firing, jobs, audited } = await start(WEBHOOK)
    firing.push('openai/gpt')
    await alerts.look()
    jobs.splice(0)
    const [open] = await alerts.list({ limit: 1 })
    const seen = await alerts.acknowledge(open?.id ?? '', { actor: 'user:ann@example.com' }, 'on it')
    expect(seen).toMatchObject({ state: 'acknowledged', acknowledged_by: 'user:ann@example.com', note: 'on it' })
    expect(audited).toEqual(['alert.acknowledge'])
    await clock.advance(7_200_000)
    await alerts.look()
    expect(jobs).toEqual([])
    firing.splice(0)
    await alerts.look()
    expect(jobs).toHaveLength(1)
    expect(alerts.acknowledge(open?.id ?? '', { actor: 'user:ann@example.com' }, undefined)).rejects.toThrow('conflict')
  })

  test('what cannot be read has not ended', async () => {
    const { alerts, firing, setBroken } = await start(WEBHOOK)
    firing.push('openai/gpt')
    await alerts.look()
    setBroken(true)
    await alerts.look()
    expect(await alerts.list({ limit: 10, state: 'open' })).toHaveLength(1)
  })

  test('a webhook is signed over its moment and its body; who has the key can check it', async () => {
    const { alerts, clock, firing, sent, tellAll } = await start(WEBHOOK)
    firing.push('openai/gpt')
    await alerts.look()
    await tellAll()
    const [request] = sent
    const header = new Headers(request?.headers).get('x-gatehouse-signature') ?? ''
    const [, seconds = '', mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(header) ?? []
    expect(Number(seconds) * 1_000).toBe(clock.now())
    expect(mac).toBe(createHmac('sha256', 'hmac-key').update(`${seconds}.${request?.body}`).digest('hex'))
  })

  test('Slack, Teams and e-mail get their own forms, and mark-up of a name is not theirs', async () => {
    const { alerts, firing, sent, mails, tellAll } = await start(
      "{watch: {signal: provider-down}, tell: [{email: [ops@example.com]}, {slack: 'secret://vault/slack'}, {teams: 'secret://vault/slack2'}]}",
    )
    firing.push('<!channel> & co')
    await alerts.look()
    await tellAll()
    expect(mails).toMatchObject([
      { to: ['ops@example.com'], subject: expect.stringContaining('[Aurora] Alert (warning) a: the target') },
    ])
    expect(JSON.parse(String(sent[0]?.body)).text).toContain('&lt;!channel&gt; &amp; co')
    expect(JSON.parse(String(sent[1]?.body)).attachments[0].contentType).toBe('application/vnd.microsoft.card.adaptive')
  })

  test('in monitor mode it is noted and nobody is told', async () => {
    const { alerts, firing, jobs } = await start(WEBHOOK.replace('severity: critical', 'mode: monitor'))
    firing.push('openai/gpt')
    await alerts.look()
    expect([jobs.length, (await alerts.list({ limit: 10 })).length]).toEqual([0, 1])
  })

  test('a channel that refuses fails its job, so that it is tried again, for a day and no longer', async () => {
    const { alerts, clock, firing, jobs } = await start(WEBHOOK, { status: 500 })
    firing.push('openai/gpt')
    await alerts.look()
    const [job] = jobs
    expect(job?.kind).toBe(TELL)
    await expect(alerts.tell(job?.payload)).rejects.toThrow('500')
    await clock.advance(24 * 3_600_000)
    expect(await alerts.tell(job?.payload)).toBeUndefined()
    expect(await alerts.test('a')).toEqual([{ channel: 'webhook ops.example.com', error: 'The channel answered 500.' }])
  })
})
