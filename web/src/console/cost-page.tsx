import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Download } from 'lucide-react'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { UsageRowAnswer } from '../../../src/contract/usage.ts'
import { reads } from '../api/reads.ts'
import { Meter } from '../design/badge.tsx'
import { Button } from '../design/button.tsx'
import { TimeChart } from '../design/chart.tsx'
import { count, usd } from '../design/format.ts'
import { Page, Section, Segments } from '../design/page.tsx'
import { Failure, Skeleton } from '../design/states.tsx'
import { useAddress } from '../shell/search.ts'
import { SpanSwitch, useSpan } from './span.tsx'

const DIMENSIONS = ['team', 'app', 'user', 'model', 'provider', 'key'] as const
type Dimension = (typeof DIMENSIONS)[number]

/** Who spent what, and how the budgets stand. */
export function CostPage() {
  const { t } = useTranslation()
  const [search, change] = useAddress()
  const by = DIMENSIONS.find((name) => name === search.by) ?? 'team'
  const { from, span } = useSpan('month')
  const groups = useQuery(reads.usage({ from, groupBy: by }))
  const days = useQuery(reads.usage({ from, bucket: span === 'hour' || span === 'day' ? 'hour' : 'day' }))
  const series = useMemo(() => {
    const items = days.data?.items ?? []
    return { at: items.map((row) => Date.parse(row.bucket ?? '')), values: items.map((row) => row.costNanoUsd) }
  }, [days.data])
  const rows = groups.data?.items ?? []
  const error = groups.error ?? days.error
  return (
    <Page
      title={t('cost.title')}
      actions={
        <>
          <SpanSwitch usual="month" />
          <Button
            icon={<Download size={14} aria-hidden />}
            disabled={rows.length === 0}
            onClick={() => saveCsv(rows, by)}
          >
            {t('cost.export')}
          </Button>
        </>
      }
    >
      {error ? (
        <Failure error={error} retry={() => void groups.refetch()} />
      ) : groups.isPending ? (
        <Skeleton lines={10} />
      ) : (
        <div className="max-w-5xl">
          <TimeChart label={t('cost.title')} {...series} format={usd} />
          <Section
            title={t('cost.by')}
            actions={
              <Segments<Dimension>
                label={t('cost.by')}
                value={by}
                onChange={(next) => change({ by: next })}
                options={DIMENSIONS.map((name) => [name, t(`cost.${name}`)] as const)}
              />
            }
          >
            <Groups rows={rows} by={by} span={span} />
          </Section>
          <Budgets />
        </div>
      )}
    </Page>
  )
}

/** How the budgets stand; nothing where there are none, or one may not see them. */
function Budgets() {
  const { t } = useTranslation()
  const budgets = useQuery(reads.budgets())
  if ((budgets.data?.items.length ?? 0) === 0) return null
  return (
    <Section title={t('cost.budgets')}>
      <ul className="grid gap-x-10 gap-y-4 md:grid-cols-2">
        {budgets.data?.items.map(({ name, value, share, spentNanoUsd, amountNanoUsd, period, forecastNanoUsd }) => (
          <li key={`${name} ${value}`}>
            <div className="numbers flex justify-between gap-3">
              <span className="truncate font-medium">{value ? `${name} · ${value}` : name}</span>
              <span>
                {usd(spentNanoUsd)} <span className="text-muted">{t('cost.of', { amount: usd(amountNanoUsd) })}</span>
              </span>
            </div>
            <Meter value={share} label={name} />
            <div className="numbers mt-0.5 flex justify-between text-small text-muted">
              <span>{period}</span>
              {forecastNanoUsd !== undefined && <span>→ {usd(forecastNanoUsd)}</span>}
            </div>
          </li>
        ))}
      </ul>
    </Section>
  )
}

function Groups({
  rows,
  by,
  span,
}: {
  readonly rows: readonly UsageRowAnswer[]
  readonly by: Dimension
  readonly span: string
}) {
  const { t } = useTranslation()
  const total = Math.max(
    1,
    rows.reduce((sum, row) => sum + row.costNanoUsd, 0),
  )
  return (
    <section className="overflow-x-auto" tabIndex={0} aria-label={t(`cost.${by}`)}>
      <table className="w-full min-w-[480px]">
        <thead>
          <tr className="border-b border-border text-left text-small text-muted">
            <th className="py-1.5 font-normal">{t(`cost.${by}`)}</th>
            <th className="w-40 py-1.5 font-normal">{t('cost.share')}</th>
            <th className="py-1.5 text-right font-normal">{t('usage.requests')}</th>
            <th className="py-1.5 text-right font-normal">{t('usage.tokens')}</th>
            <th className="py-1.5 text-right font-normal">{t('usage.cost')}</th>
          </tr>
        </thead>
        <tbody className="numbers">
          {rows.map((row) => {
            const name = row[by] ?? ''
            return (
              <tr key={name} className="h-8 border-b border-border/60 hover:bg-text/3">
                <td className="max-w-60 truncate pr-4">
                  {name === '' ? (
                    <span className="text-muted">{t('cost.nobody')}</span>
                  ) : (
                    <Link
                      to="/console/requests"
                      search={{ [by]: name, span } as never}
                      className="underline-offset-2 hover:underline"
                    >
                      {name}
                    </Link>
                  )}
                </td>
                <td className="pr-6">
                  <Meter value={row.costNanoUsd / total} label={name || t('cost.nobody')} />
                </td>
                <td className="text-right">{count(row.operations)}</td>
                <td className="text-right">{count(row.tokens.input + row.tokens.output)}</td>
                <td className="text-right">
                  {usd(row.costNanoUsd)}
                  {row.unpriced > 0 && (
                    <span className="ml-1 text-small text-warn">({t('cost.unpriced', { count: row.unpriced })})</span>
                  )}
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </section>
  )
}

/** A cell as spreadsheets take it: quoted, and never a formula. */
function cell(value: string | number): string {
  const text = String(value)
  return `"${(/^[=+\-@\t\r]/.test(text) && typeof value === 'string' ? `'${text}` : text).replaceAll('"', '""')}"`
}

function saveCsv(rows: readonly UsageRowAnswer[], by: Dimension): void {
  const lines = rows.map((row) =>
    [row[by] ?? '', row.operations, row.tokens.input, row.tokens.output, row.costUsd].map(cell).join(','),
  )
  const head = [by, 'operations', 'tokens_in', 'tokens_out', 'cost_usd'].map(cell).join(',')
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([[head, ...lines].join('\r\n')], { type: 'text/csv' }))
  link.download = `cost-by-${by}.csv`
  link.click()
  URL.revokeObjectURL(link.href)
}
