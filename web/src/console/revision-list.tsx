import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { RevisionAnswer } from '../../../src/contract/revisions.ts'
import { ask } from '../api/client.ts'
import { reads } from '../api/reads.ts'
import { useMay } from '../api/session.ts'
import { Button } from '../design/button.tsx'
import { Dialog } from '../design/dialog.tsx'
import { ago, exact } from '../design/format.ts'
import { Failure, Skeleton } from '../design/states.tsx'
import { type Column, Table } from '../design/table.tsx'

/** What policy was, newest first; any of it can count again. */
export function RevisionList() {
  const { t } = useTranslation()
  const may = useMay()
  const queries = useQueryClient()
  const { data, error, isPending, refetch } = useQuery(reads.revisions())
  const [chosen, setChosen] = useState<RevisionAnswer>()
  const rollback = useMutation({
    mutationFn: ({ number }: RevisionAnswer) => ask(`/api/v1/revisions/${String(number)}:rollback`, { method: 'POST' }),
    onSuccess: async () => {
      await queries.invalidateQueries()
      setChosen(undefined)
    },
  })
  const columns = useColumns()
  if (error) return <Failure error={error} retry={() => void refetch()} />
  if (isPending) return <Skeleton lines={12} />
  return (
    <>
      <Table
        label={t('policy.history')}
        columns={columns}
        rows={data.items}
        keyOf={({ number }) => String(number)}
        {...(may('revisions:rollback') ? { onOpen: setChosen } : {})}
      />
      {chosen && (
        <Dialog
          open
          onClose={() => setChosen(undefined)}
          title={`${t('policy.revision')} ${String(chosen.number)}`}
          says={t('policy.rollbackAsk', { number: chosen.number })}
          actions={
            <>
              <Button onClick={() => setChosen(undefined)}>{t('app.cancel')}</Button>
              <Button weight="danger" busy={rollback.isPending} onClick={() => rollback.mutate(chosen)}>
                {t('policy.rollback')}
              </Button>
            </>
          }
        >
          {rollback.error && (
            <p role="alert" className="text-bad">
              {rollback.error.message}
            </p>
          )}
        </Dialog>
      )}
    </>
  )
}

function useColumns(): readonly Column<RevisionAnswer>[] {
  const { t } = useTranslation()
  return useMemo(
    () => [
      { id: 'number', title: t('policy.revision'), width: '90px', right: true, cell: ({ number }) => number },
      {
        id: 'at',
        title: t('policy.when'),
        width: '140px',
        cell: ({ at }) => <time title={exact(at)}>{ago(at, Date.now())}</time>,
      },
      { id: 'author', title: t('policy.author'), width: 'minmax(180px,1fr)', cell: ({ author }) => author },
      { id: 'reason', title: t('policy.reason'), width: 'minmax(220px,2fr)', cell: ({ reason }) => reason },
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
