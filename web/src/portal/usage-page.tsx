import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { UsageRowAnswer } from '../../../src/contract/usage.ts'
import { reads } from '../api/reads.ts'
import { sessionQuery } from '../api/session.ts'
import { TimeChart } from '../design/chart.tsx'
import { count, shortCount, usd } from '../design/format.ts'
import { Figure, Page, Section, Segments } from '../design/page.tsx'
import { Empty, Failure, Skeleton } from '../design/states.tsx'

const DAY_MS = 86_400_000
const DAYS = ['7', '30', '90'] as const

const sum = (rows: readonly UsageRowAnswer[], read: (row: UsageRowAnswer) => number) =>
  rows.reduce((total, row) => total + read(row), 0)

/** What one has used oneself. */
export function UsagePage() {
  const { t } = useTranslation()
  const { data: session } = useQuery(sessionQuery)
  const [days, setDays] = useState<(typeof DAYS)[number]>('30')
  const from = useMemo(
    () => new Date(Math.floor(Date.now() / DAY_MS + 1 - Number(days)) * DAY_MS).toISOString(),
    [days],
  )
  const mine = { from, user: session?.user.email }
  const byModel = useQuery(reads.usage({ ...mine, groupBy: 'model' }))
  const byDay = useQuery(reads.usage({ ...mine, bucket: 'day' }))
  const rows = byModel.data?.items ?? []
  const series = useMemo(() => {
    const items = byDay.data?.items ?? []
    return { at: items.map((row) => Date.parse(row.bucket ?? '')), values: items.map((row) => row.costNanoUsd) }
  }, [byDay.data])
  const switcher = (
    <Segments
      label={t('requests.range')}
      value={days}
      onChange={setDays}
      options={DAYS.map((value) => [value, t('usage.last', { days: value })] as const)}
    />
  )
  const error = byModel.error ?? byDay.error
  return (
    <Page title={t('usage.title')} actions={switcher}>
      {error ? (
        <Failure error={error} retry={() => void byModel.refetch()} />
      ) : byModel.isPending ? (
        <Skeleton />
      ) : rows.length === 0 ? (
        <Empty title={t('usage.empty')} />
      ) : (
        <div className="max-w-4xl">
          <div className="grid grid-cols-2 gap-6 sm:grid-cols-4">
            <Figure label={t('usage.spent')} value={usd(sum(rows, (row) => row.costNanoUsd))} />
            <Figure label={t('usage.requests')} value={count(sum(rows, (row) => row.operations))} />
            <Figure
              label={t('usage.tokens')}
              value={shortCount(sum(rows, (row) => row.tokens.input + row.tokens.output))}
            />
            <Figure label={t('usage.refused')} value={count(sum(rows, refused))} />
          </div>
          <Section title={t('usage.perDay')}>
            <TimeChart label={t('usage.perDay')} {...series} format={usd} />
          </Section>
          <Section title={t('usage.byModel')}>
            <UsageTable rows={rows} />
          </Section>
        </div>
      )}
    </Page>
  )
}

function refused({ outcomes }: UsageRowAnswer): number {
  return ['denied', 'limited', 'blocked', 'rejected'].reduce((total, name) => total + (outcomes[name] ?? 0), 0)
}

function UsageTable({ rows }: { readonly rows: readonly UsageRowAnswer[] }) {
  const { t } = useTranslation()
  return (
    <table className="w-full">
      <thead>
        <tr className="border-b border-border text-left text-small text-muted">
          <th className="py-1.5 font-normal">{t('usage.model')}</th>
          <th className="py-1.5 text-right font-normal">{t('usage.requests')}</th>
          <th className="py-1.5 text-right font-normal">{t('usage.tokens')}</th>
          <th className="py-1.5 text-right font-normal">{t('usage.cost')}</th>
        </tr>
      </thead>
      <tbody className="numbers">
        {rows.map((row) => (
          <tr key={row.model} className="h-8 border-b border-border/60">
            <td>{row.model || '–'}</td>
            <td className="text-right">{count(row.operations)}</td>
            <td className="text-right">{count(row.tokens.input + row.tokens.output)}</td>
            <td className="text-right">{usd(row.costNanoUsd)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
