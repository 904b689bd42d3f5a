import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { OverviewAnswer } from '../../../src/contract/overview.ts'
import { reads } from '../api/reads.ts'
import { Badge, Meter } from '../design/badge.tsx'
import { TimeChart } from '../design/chart.tsx'
import { count, duration, shortCount, usd } from '../design/format.ts'
import { Figure, Page, Section } from '../design/page.tsx'
import { Empty, Failure, Skeleton } from '../design/states.tsx'
import { SpanSwitch, useSpan } from './span.tsx'

const BAD = ['failed', 'interrupted']
const REFUSED = ['denied', 'limited', 'blocked', 'rejected']
const among = (outcomes: Readonly<Record<string, number>>, names: readonly string[]) =>
  names.reduce((sum, name) => sum + (outcomes[name] ?? 0), 0)

/** What AI does in the organisation, on one page. */
export function OverviewPage() {
  const { t } = useTranslation()
  const { from } = useSpan('week')
  const { data, error, isPending, refetch } = useQuery({ ...reads.overview({ from }), refetchInterval: 30_000 })
  return (
    <Page title={t('overview.title')} actions={<SpanSwitch usual="week" />}>
      {error ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : isPending ? (
        <Skeleton lines={10} />
      ) : (
        <Overview data={data} />
      )}
    </Page>
  )
}

function Overview({ data }: { readonly data: OverviewAnswer }) {
  const { t } = useTranslation()
  const { totals, before, series } = data
  const drawn = useMemo(
    () => ({ at: series.map(({ at }) => Date.parse(at)), values: series.map(({ operations }) => operations) }),
    [series],
  )
  if (totals.operations === 0) return <Empty title={t('overview.noTraffic')}>{t('overview.noTrafficHint')}</Empty>
  return (
    <div className="max-w-6xl">
      <div className="grid grid-cols-2 gap-x-6 gap-y-5 md:grid-cols-3 xl:grid-cols-6">
        <Figure
          label={t('overview.spend')}
          value={usd(totals.costNanoUsd)}
          note={trend(totals.costNanoUsd, before.costNanoUsd)}
        />
        <Figure
          label={t('overview.requests')}
          value={shortCount(totals.operations)}
          note={trend(totals.operations, before.operations)}
        />
        <Figure
          label={t('overview.failures')}
          value={count(among(totals.outcomes, BAD))}
          note={trend(among(totals.outcomes, BAD), among(before.outcomes, BAD))}
        />
        <Figure
          label={t('overview.blocked')}
          value={count(among(totals.outcomes, REFUSED))}
          note={trend(among(totals.outcomes, REFUSED), among(before.outcomes, REFUSED))}
        />
        <Figure label={t('overview.latency')} value={duration(totals.meanDurationMs)} />
        <Figure label={t('overview.overhead')} value={duration(totals.meanOverheadMs)} />
      </div>
      <Section title={t('overview.requests')}>
        <TimeChart label={t('overview.requests')} {...drawn} format={shortCount} />
      </Section>
      <div className="mt-6 grid gap-x-10 gap-y-6 md:grid-cols-2 [&>section]:mt-0">
        <Shares title={t('overview.topModels')} filter="model" shares={data.top.models} />
        <Shares title={t('overview.topTeams')} filter="team" shares={data.top.teams} />
        <Worries data={data} />
      </div>
    </div>
  )
}

/** Budgets that are spent or near it, and providers that are not well. */
function Worries({ data }: { readonly data: OverviewAnswer }) {
  const { t } = useTranslation()
  return (
    <>
      {data.budgets.length > 0 && (
        <Section title={t('cost.budgets')}>
          <ul className="flex flex-col gap-3">
            {data.budgets.map(({ name, value, share, spentNanoUsd, amountNanoUsd }) => (
              <li key={`${name} ${value}`}>
                <div className="numbers flex justify-between gap-3">
                  <span className="truncate">{value ? `${name} · ${value}` : name}</span>
                  <span className="text-muted">
                    {usd(spentNanoUsd)} {t('cost.of', { amount: usd(amountNanoUsd) })}
                  </span>
                </div>
                <Meter value={share} label={name} />
              </li>
            ))}
          </ul>
        </Section>
      )}
      {data.providers.length > 0 && (
        <Section title={t('overview.providers')}>
          <ul>
            {data.providers.map(({ name, state }) => (
              <li key={name} className="flex h-8 items-center justify-between border-b border-border/60">
                {name}
                <Badge tone={state === 'healthy' ? 'good' : state === 'unknown' ? 'plain' : 'bad'}>{state}</Badge>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </>
  )
}

/** How much more or less than in the time before. */
function trend(now: number, before: number): string {
  if (before === 0) return ''
  const change = (now - before) / before
  const text = new Intl.NumberFormat(document.documentElement.lang, {
    style: 'percent',
    signDisplay: 'exceptZero',
    maximumFractionDigits: 0,
  })
  return text.format(change)
}

function Shares({
  title,
  filter,
  shares,
}: {
  readonly title: string
  readonly filter: string
  readonly shares: OverviewAnswer['top']['models']
}) {
  const { t } = useTranslation()
  const most = Math.max(1, ...shares.map(({ operations }) => operations))
  return (
    <Section title={title}>
      <ul>
        {shares.map(({ name, operations, costNanoUsd }) => (
          <li key={name}>
            <Link
              to="/console/requests"
              search={{ [filter]: name, span: 'week' } as never}
              className="relative flex h-8 items-center gap-4 px-2 hover:bg-text/4"
            >
              <span
                aria-hidden
                className="absolute inset-y-1 left-0 rounded-sm bg-accent/12"
                style={{ width: `${(operations / most) * 100}%` }}
              />
              <span className="relative min-w-0 flex-1 truncate">{name || t('cost.nobody')}</span>
              <span className="numbers relative text-muted">{count(operations)}</span>
              <span className="numbers relative w-20 text-right">{usd(costNanoUsd)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </Section>
  )
}
