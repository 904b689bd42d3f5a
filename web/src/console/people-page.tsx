import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ask } from '../api/client.ts'
import { type Person, reads } from '../api/reads.ts'
import { useMay } from '../api/session.ts'
import { Badge } from '../design/badge.tsx'
import { Button } from '../design/button.tsx'
import { CopyButton } from '../design/copy.tsx'
import { Dialog, SidePanel } from '../design/dialog.tsx'
import { Field } from '../design/field.tsx'
import { ago, exact } from '../design/format.ts'
import { Facts, Page } from '../design/page.tsx'
import { Empty, Failure, Skeleton } from '../design/states.tsx'
import { type Column, Table } from '../design/table.tsx'
import { useAddress } from '../shell/search.ts'

interface Given {
  readonly email: string
  readonly password: string
}

/** Who there is, and who may come in. */
export function PeoplePage() {
  const { t } = useTranslation()
  const may = useMay()
  const [search, change] = useAddress()
  const { data, error, isPending, refetch } = useQuery(reads.people())
  const [adds, setAdds] = useState(false)
  const [given, setGiven] = useState<Given>()
  const people = data?.items ?? []
  const open = people.find(({ id }) => id === search.open)
  const columns = useColumns()
  return (
    <Page
      title={t('people.title')}
      fills
      actions={
        may('users:write') && (
          <Button weight="primary" onClick={() => setAdds(true)}>
            {t('people.invite')}
          </Button>
        )
      }
    >
      {error ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : isPending ? (
        <Skeleton />
      ) : people.length === 0 ? (
        <Empty title={t('people.empty')} />
      ) : (
        <Table
          label={t('people.title')}
          columns={columns}
          rows={people}
          keyOf={({ id }) => id}
          openKey={search.open}
          onOpen={({ id }) => change({ open: id })}
        />
      )}
      {open && <PersonPanel person={open} onClose={() => change({ open: undefined })} onPassword={setGiven} />}
      {adds && <NewPerson onClose={() => setAdds(false)} onPassword={setGiven} />}
      {given && (
        <Dialog
          open
          onClose={() => setGiven(undefined)}
          title={t('people.oneTime')}
          says={t('people.oneTimeHint', { email: given.email })}
          actions={<CopyButton text={given.password} label={t('app.copy')} />}
        >
          <code className="rounded-(--radius-base) border border-border bg-text/4 p-3 font-mono [overflow-wrap:anywhere]">
            {given.password}
          </code>
        </Dialog>
      )}
    </Page>
  )
}

function StatusBadge({ status }: { readonly status: Person['status'] }) {
  const { t } = useTranslation()
  return <Badge tone={status === 'active' ? 'good' : 'plain'}>{t(`people.${status}`)}</Badge>
}

function useColumns(): readonly Column<Person>[] {
  const { t } = useTranslation()
  return useMemo(
    () => [
      { id: 'email', title: t('people.email'), width: 'minmax(220px,1fr)', cell: ({ email }) => email },
      { id: 'name', title: t('people.name'), width: 'minmax(140px,1fr)', cell: ({ name }) => name || '–' },
      {
        id: 'status',
        title: t('people.status'),
        width: '120px',
        cell: ({ status }) => <StatusBadge status={status} />,
      },
      {
        id: 'teams',
        title: t('people.teams'),
        width: 'minmax(140px,1fr)',
        cell: ({ effectiveTeams }) => effectiveTeams.join(', ') || '–',
      },
      { id: 'origin', title: t('people.origin'), width: '110px', cell: ({ origin }) => origin },
      {
        id: 'seen',
        title: t('people.seen'),
        width: '130px',
        cell: ({ lastSeenAt }) =>
          lastSeenAt ? <time title={exact(lastSeenAt)}>{ago(lastSeenAt, Date.now())}</time> : t('people.never'),
      },
    ],
    [t],
  )
}

function PersonPanel({
  person,
  onClose,
  onPassword,
}: {
  readonly person: Person
  readonly onClose: () => void
  readonly onPassword: (given: Given) => void
}) {
  const { t } = useTranslation()
  const may = useMay()
  const queries = useQueryClient()
  const path = `/api/v1/users/${encodeURIComponent(person.id)}`
  const again = () => queries.invalidateQueries({ queryKey: ['/api/v1/users'] })
  const turn = useMutation({
    mutationFn: () => ask(path, { method: 'PATCH', body: { disabled: person.status === 'active' } }),
    onSuccess: again,
  })
  const reset = useMutation({
    mutationFn: () => ask<{ password: string }>(`${path}:reset-password`, { method: 'POST' }),
    onSuccess: ({ password }) => onPassword({ email: person.email, password }),
  })
  const failed = turn.error ?? reset.error
  return (
    <SidePanel
      open
      onClose={onClose}
      title={person.name || person.email}
      says={person.email}
      actions={
        may('users:write') && (
          <>
            <Button busy={reset.isPending} onClick={() => reset.mutate()}>
              {t('people.reset')}
            </Button>
            <Button
              weight={person.status === 'active' ? 'danger' : 'plain'}
              busy={turn.isPending}
              title={t('people.deactivateAsk')}
              onClick={() => turn.mutate()}
            >
              {person.status === 'active' ? t('people.deactivate') : t('people.reactivate')}
            </Button>
          </>
        )
      }
    >
      {failed && (
        <p role="alert" className="mb-3 text-bad">
          {failed.message}
        </p>
      )}
      <Facts
        items={[
          [t('people.status'), <StatusBadge key="status" status={person.status} />],
          [t('people.teams'), person.effectiveTeams.join(', ') || t('app.none')],
          [t('people.origin'), person.origin],
          [t('people.seen'), person.lastSeenAt ? exact(person.lastSeenAt) : t('people.never')],
        ]}
      />
    </SidePanel>
  )
}

function NewPerson({
  onClose,
  onPassword,
}: {
  readonly onClose: () => void
  readonly onPassword: (given: Given) => void
}) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [email, setEmail] = useState('')
  const [name, setName] = useState('')
  const add = useMutation({
    mutationFn: () => ask<{ password: string }>('/api/v1/users', { method: 'POST', body: { email, name } }),
    onSuccess: async ({ password }) => {
      await queries.invalidateQueries({ queryKey: ['/api/v1/users'] })
      onPassword({ email, password })
      onClose()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    add.mutate()
  }
  return (
    <Dialog open onClose={onClose} title={t('people.invite')}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Field
          label={t('people.email')}
          type="email"
          required
          autoFocus
          value={email}
          error={add.error?.message}
          onChange={(event) => setEmail(event.target.value)}
        />
        <Field label={t('people.name')} value={name} onChange={(event) => setName(event.target.value)} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t('app.cancel')}</Button>
          <Button type="submit" weight="primary" busy={add.isPending}>
            {t('people.invite')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
