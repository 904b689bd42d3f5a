import { useQuery } from '@tanstack/react-query'
import { Lock } from 'lucide-react'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { DocumentAnswer } from '../../../src/contract/documents.ts'
import { reads } from '../api/reads.ts'
import { useMay } from '../api/session.ts'
import { Button } from '../design/button.tsx'
import { Select } from '../design/field.tsx'
import { Page, Segments } from '../design/page.tsx'
import { Empty, Failure, Skeleton } from '../design/states.tsx'
import { type Column, Table } from '../design/table.tsx'
import { useAddress } from '../shell/search.ts'
import { DocumentPanel } from './document-panel.tsx'
import { RevisionList } from './revision-list.tsx'

const keyOf = ({ kind, metadata }: DocumentAnswer) => `${kind}/${metadata.name}`

/** All governance is documents: what they say, whose they are, and what they were. */
export function PolicyPage() {
  const { t } = useTranslation()
  const may = useMay()
  const [search, change] = useAddress()
  const [writes, setWrites] = useState(false)
  const view = search.view === 'history' ? 'history' : 'documents'
  return (
    <Page
      title={t('policy.title')}
      fills
      actions={
        <>
          <Segments
            label={t('policy.title')}
            value={view}
            onChange={(next) => change({ view: next === 'documents' ? undefined : next, open: undefined })}
            options={[
              ['documents', t('policy.documents')],
              ['history', t('policy.history')],
            ]}
          />
          {may('documents:write') && (
            <Button weight="primary" onClick={() => setWrites(true)}>
              {t('policy.new')}
            </Button>
          )}
        </>
      }
    >
      {view === 'history' ? <RevisionList /> : <Documents />}
      {writes && <DocumentPanel onClose={() => setWrites(false)} />}
    </Page>
  )
}

function Documents() {
  const { t } = useTranslation()
  const [search, change] = useAddress()
  const { data, error, isPending, refetch } = useQuery(reads.documents({}))
  const columns = useColumns()
  if (error) return <Failure error={error} retry={() => void refetch()} />
  if (isPending) return <Skeleton lines={12} />
  const kinds = [...new Set(data.items.map(({ kind }) => kind))].sort()
  const rows = data.items.filter(({ kind }) => search.kind === undefined || kind === search.kind)
  const open = data.items.find((document) => keyOf(document) === search.open)
  return (
    <div className="flex h-full flex-col">
      <div className="w-44 px-3 py-2">
        <Select
          label={t('policy.kind')}
          hiddenLabel
          value={search.kind ?? ''}
          onChange={(event) => change({ kind: event.target.value })}
        >
          <option value="">
            {t('policy.kind')}: {t('app.all')}
          </option>
          {kinds.map((kind) => (
            <option key={kind}>{kind}</option>
          ))}
        </Select>
      </div>
      <div className="min-h-0 flex-1">
        {rows.length === 0 ? (
          <Empty title={t('policy.empty')} />
        ) : (
          <Table
            label={t('policy.documents')}
            columns={columns}
            rows={rows}
            keyOf={keyOf}
            openKey={search.open}
            onOpen={(row) => change({ open: keyOf(row) })}
          />
        )}
      </div>
      {open && <DocumentPanel key={keyOf(open)} document={open} onClose={() => change({ open: undefined })} />}
    </div>
  )
}

function useColumns(): readonly Column<DocumentAnswer>[] {
  const { t } = useTranslation()
  return useMemo(
    () => [
      {
        id: 'kind',
        title: t('policy.kind'),
        width: '150px',
        cell: ({ kind }) => <span className="text-muted">{kind}</span>,
      },
      { id: 'name', title: t('policy.name'), width: 'minmax(220px,1fr)', cell: ({ metadata }) => metadata.name },
      {
        id: 'origin',
        title: t('policy.origin'),
        width: 'minmax(220px,1fr)',
        cell: ({ owner, origin }) => (
          <span className="inline-flex items-center gap-1.5 text-muted">
            {owner !== 'console' && <Lock size={12} aria-label={t('policy.gitOwned')} />}
            {owner === 'console' ? t('policy.console') : (origin.file ?? owner)}
            {owner !== 'console' && origin.line !== undefined && `:${String(origin.line)}`}
          </span>
        ),
      },
    ],
    [t],
  )
}
