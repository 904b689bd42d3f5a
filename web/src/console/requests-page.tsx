import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { X } from 'lucide-react'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { OperationAnswer } from '../../../src/contract/operations.ts'
import { operationsPage, reads } from '../api/reads.ts'
import { Button } from '../design/button.tsx'
import { CopyButton } from '../design/copy.tsx'
import { Select } from '../design/field.tsx'
import { ago, count, duration, exact, usd } from '../design/format.ts'
import { Page } from '../design/page.tsx'
import { Empty, Failure, Skeleton } from '../design/states.tsx'
import { type Column, Table } from '../design/table.tsx'
import { useAddress } from '../shell/search.ts'
import { OperationPanel } from './operation-panel.tsx'
import { OUTCOMES, OutcomeBadge } from './outcome.tsx'
import { SpanSwitch, useSpan } from './span.tsx'

const FILTERS = ['outcome', 'model', 'team', 'app', 'user', 'key', 'provider', 'principal', 'run', 'session'] as const
const FACETS = ['model', 'team', 'app', 'user', 'provider'] as const
const PAGE = 200

/** Every request, by whatever one looks for. */
export function RequestsPage() {
  const { t } = useTranslation()
  const [search, change] = useAddress()
  const { from } = useSpan('day')
  const filter = Object.fromEntries(FILTERS.map((name) => [name, search[name]]))
  const params = { ...filter, from, limit: PAGE }
  const query = useInfiniteQuery({
    queryKey: ['/api/v1/operations', params],
    queryFn: ({ pageParam, signal }) => operationsPage({ ...params, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  })
  const rows = useMemo(() => query.data?.pages.flatMap(({ items }) => items) ?? [], [query.data])
  const columns = useColumns()
  const call = `curl '${location.origin}/api/v1/operations?${new URLSearchParams(Object.entries(filter).filter((entry): entry is [string, string] => entry[1] !== undefined))}' -H "authorization: Bearer $GATEHOUSE_KEY"`
  return (
    <Page
      title={t('requests.title')}
      fills
      actions={
        <>
          <SpanSwitch usual="day" />
          <CopyButton text={call} label={t('requests.asCurl')} />
        </>
      }
      bar={<Filters from={from} />}
    >
      {query.error ? (
        <Failure error={query.error} retry={() => void query.refetch()} />
      ) : query.isPending ? (
        <Skeleton lines={12} />
      ) : rows.length === 0 ? (
        <Empty title={t('requests.empty')}>{t('requests.emptyHint')}</Empty>
      ) : (
        <Table
          label={t('requests.title')}
          columns={columns}
          rows={rows}
          keyOf={(row) => row.id}
          openKey={search.open}
          onOpen={(row) => change({ open: row.id })}
          foot={
            query.hasNextPage && (
              <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                {t('app.more')}
              </Button>
            )
          }
        />
      )}
      {search.open && <OperationPanel id={search.open} onClose={() => change({ open: undefined })} />}
    </Page>
  )
}

function useColumns(): readonly Column<OperationAnswer>[] {
  const { t } = useTranslation()
  return useMemo(
    () => [
      {
        id: 'at',
        title: t('requests.when'),
        width: '120px',
        cell: ({ at }) => (
          <time dateTime={at} title={exact(at)}>
            {ago(at, Date.now())}
          </time>
        ),
      },
      {
        id: 'outcome',
        title: t('requests.outcome'),
        width: '128px',
        cell: ({ outcome }) => <OutcomeBadge outcome={outcome} />,
      },
      { id: 'who', title: t('requests.who'), width: 'minmax(160px,1fr)', cell: ({ principal }) => principal ?? '–' },
      { id: 'team', title: t('requests.team'), width: '120px', cell: ({ team }) => team ?? '–' },
      {
        id: 'model',
        title: t('requests.model'),
        width: 'minmax(140px,1fr)',
        cell: ({ modelAsked }) => modelAsked ?? '–',
      },
      { id: 'provider', title: t('requests.provider'), width: '120px', cell: ({ provider }) => provider ?? '–' },
      {
        id: 'tokens',
        title: t('requests.tokens'),
        width: '96px',
        right: true,
        cell: ({ tokens }) => count(tokens.input + tokens.output),
      },
      {
        id: 'cost',
        title: t('requests.cost'),
        width: '104px',
        right: true,
        cell: ({ costNanoUsd, priceKnown }) => (priceKnown ? usd(costNanoUsd) : '?'),
      },
      {
        id: 'duration',
        title: t('requests.duration'),
        width: '88px',
        right: true,
        cell: ({ durationMs }) => duration(durationMs),
      },
    ],
    [t],
  )
}

/** What is filtered by, as chips that can be taken away, and what else there is. */
function Filters({ from }: { readonly from: string }) {
  const { t } = useTranslation()
  const [search, change] = useAddress()
  const { data: facets } = useQuery(reads.facets({ from }))
  const set = FILTERS.filter((name) => search[name] !== undefined)
  const choice = (name: (typeof FACETS)[number] | 'outcome', values: readonly string[]) =>
    values.length > 0 &&
    search[name] === undefined && (
      <div key={name} className="w-32">
        <Select
          label={t(`cost.${name}` as 'cost.team', { defaultValue: t('requests.outcome') })}
          hiddenLabel
          value=""
          onChange={(event) => change({ [name]: event.target.value })}
          className="h-7 text-muted"
        >
          <option value="">{name === 'outcome' ? t('requests.outcome') : t(`cost.${name}`)}</option>
          {values.map((value) => (
            <option key={value} value={value}>
              {name === 'outcome' ? t(`outcome.${value}` as 'outcome.failed') : value}
            </option>
          ))}
        </Select>
      </div>
    )
  return (
    <div className="flex flex-wrap items-center gap-2 pb-1">
      {set.map((name) => (
        <button
          key={name}
          type="button"
          onClick={() => change({ [name]: undefined })}
          className="inline-flex h-7 items-center gap-1.5 rounded-(--radius-base) bg-accent/12 px-2 hover:bg-accent/20"
        >
          <span className="text-muted">{name}</span>
          {search[name]}
          <X size={12} aria-label={t('app.remove')} />
        </button>
      ))}
      {choice('outcome', OUTCOMES)}
      {FACETS.map((name) =>
        choice(name, facets?.[name].map(({ value }) => value).filter((value) => value !== '') ?? []),
      )}
    </div>
  )
}
