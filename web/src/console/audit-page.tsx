import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { ask } from '../api/client.ts'
import { type AuditEntry, auditPage } from '../api/reads.ts'
import { Button } from '../design/button.tsx'
import { CodeBlock } from '../design/copy.tsx'
import { SidePanel } from '../design/dialog.tsx'
import { ago, exact } from '../design/format.ts'
import { Page } from '../design/page.tsx'
import { Empty, Failure, Skeleton } from '../design/states.tsx'
import { type Column, Table } from '../design/table.tsx'
import { useAddress } from '../shell/search.ts'

interface Verdict {
  readonly entries: number
  readonly fault?: { readonly sequence: number; readonly problem: string }
}

/** What was done to the gateway, by whom; and the proof that nobody changed the record of it. */
export function AuditPage() {
  const { t } = useTranslation()
  const [search, change] = useAddress()
  const query = useInfiniteQuery({
    queryKey: ['/api/v1/audit'],
    queryFn: ({ pageParam, signal }) => auditPage({ limit: 200, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  })
  const verify = useMutation({ mutationFn: () => ask<Verdict>('/api/v1/audit/verify') })
  const rows = useMemo(() => query.data?.pages.flatMap(({ items }) => items) ?? [], [query.data])
  const open = rows.find(({ sequence }) => String(sequence) === search.open)
  const columns = useColumns()
  const verdict = verify.data
  return (
    <Page
      title={t('audit.title')}
      fills
      actions={
        <>
          <span role="status" className={verdict?.fault ? 'text-bad' : 'text-good'}>
            {verdict &&
              (verdict.fault ? t('audit.broken', verdict.fault) : t('audit.verified', { count: verdict.entries }))}
          </span>
          {verify.error && <span className="text-bad">{verify.error.message}</span>}
          <Button busy={verify.isPending} onClick={() => verify.mutate()}>
            {t('audit.verify')}
          </Button>
        </>
      }
    >
      {query.error ? (
        <Failure error={query.error} retry={() => void query.refetch()} />
      ) : query.isPending ? (
        <Skeleton lines={12} />
      ) : rows.length === 0 ? (
        <Empty title={t('audit.empty')} />
      ) : (
        <Table
          label={t('audit.title')}
          columns={columns}
          rows={rows}
          keyOf={({ sequence }) => String(sequence)}
          openKey={search.open}
          onOpen={({ sequence }) => change({ open: String(sequence) })}
          foot={
            query.hasNextPage && (
              <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                {t('app.more')}
              </Button>
            )
          }
        />
      )}
      {open && (
        <SidePanel open wide onClose={() => change({ open: undefined })} title={open.action} says={exact(open.at)}>
          <CodeBlock code={JSON.stringify(open, undefined, 2)} />
        </SidePanel>
      )}
    </Page>
  )
}

function useColumns(): readonly Column<AuditEntry>[] {
  const { t } = useTranslation()
  return useMemo(
    () => [
      { id: 'sequence', title: t('audit.number'), width: '72px', right: true, cell: ({ sequence }) => sequence },
      {
        id: 'at',
        title: t('audit.when'),
        width: '130px',
        cell: ({ at }) => <time title={exact(at)}>{ago(at, Date.now())}</time>,
      },
      { id: 'actor', title: t('audit.who'), width: 'minmax(180px,1fr)', cell: ({ actor }) => actor },
      { id: 'action', title: t('audit.action'), width: '200px', cell: ({ action }) => action },
      { id: 'object', title: t('audit.object'), width: 'minmax(200px,1fr)', cell: ({ object }) => object ?? '–' },
      {
        id: 'hash',
        title: 'SHA-256',
        width: '150px',
        cell: ({ hash }) => <code className="font-mono text-small text-muted">{hash.slice(0, 16)}</code>,
      },
    ],
    [t],
  )
}
