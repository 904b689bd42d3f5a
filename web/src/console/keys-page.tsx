import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ask } from '../api/client.ts'
import { type Key, reads } from '../api/reads.ts'
import { useMay } from '../api/session.ts'
import { Badge } from '../design/badge.tsx'
import { Button } from '../design/button.tsx'
import { Dialog } from '../design/dialog.tsx'
import { day } from '../design/format.ts'
import { Page } from '../design/page.tsx'
import { Empty, Failure, Skeleton } from '../design/states.tsx'
import { type Column, Table } from '../design/table.tsx'

/** Every virtual key, whose it is and until when. */
export function AllKeysPage() {
  const { t } = useTranslation()
  const may = useMay()
  const queries = useQueryClient()
  const { data, error, isPending, refetch } = useQuery(reads.keys())
  const [revoked, setRevoked] = useState<Key>()
  const revoke = useMutation({
    mutationFn: (key: Key) => ask(`/api/v1/keys/${encodeURIComponent(key.name)}`, { method: 'DELETE' }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['/api/v1/keys'] })
      setRevoked(undefined)
    },
  })
  const columns = useColumns()
  const keys = data?.items ?? []
  return (
    <Page title={t('allKeys.title')} fills>
      {error ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : isPending ? (
        <Skeleton />
      ) : keys.length === 0 ? (
        <Empty title={t('allKeys.empty')} />
      ) : (
        <Table
          label={t('allKeys.title')}
          columns={columns}
          rows={keys}
          keyOf={({ id }) => id}
          {...(may('keys:write') ? { onOpen: setRevoked } : {})}
        />
      )}
      {revoked && (
        <Dialog
          open
          onClose={() => setRevoked(undefined)}
          title={revoked.name}
          says={t('keys.revokeAsk', { name: revoked.for })}
          actions={
            <>
              <Button onClick={() => setRevoked(undefined)}>{t('app.cancel')}</Button>
              <Button weight="danger" busy={revoke.isPending} onClick={() => revoke.mutate(revoked)}>
                {t('allKeys.revoke')}
              </Button>
            </>
          }
        >
          {revoke.error && (
            <p role="alert" className="text-bad">
              {revoke.error.message}
            </p>
          )}
        </Dialog>
      )}
    </Page>
  )
}

function useColumns(): readonly Column<Key>[] {
  const { t } = useTranslation()
  return useMemo(
    () => [
      { id: 'name', title: t('keys.name'), width: 'minmax(200px,1fr)', cell: ({ name }) => name },
      { id: 'for', title: t('allKeys.for'), width: 'minmax(200px,1fr)', cell: ({ for: whose }) => whose },
      {
        id: 'narrow',
        title: t('keys.narrow'),
        width: 'minmax(140px,1fr)',
        cell: ({ narrowTo }) => narrowTo?.join(', ') ?? '–',
      },
      {
        id: 'expires',
        title: t('keys.expires'),
        width: '140px',
        cell: ({ expires }) => (expires ? day(expires) : t('keys.never')),
      },
      { id: 'owner', title: t('allKeys.owner'), width: '120px', cell: ({ owner }) => owner },
      {
        id: 'state',
        title: t('models.state'),
        width: '110px',
        cell: ({ disabled }) => (
          <Badge tone={disabled ? 'bad' : 'good'}>{disabled ? t('keys.disabled') : t('people.active')}</Badge>
        ),
      },
    ],
    [t],
  )
}
