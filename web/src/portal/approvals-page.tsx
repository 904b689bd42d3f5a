import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { AccessRequestAnswer } from '../../../src/contract/requests.ts'
import { reads } from '../api/reads.ts'
import { useMay } from '../api/session.ts'
import { Badge, type Tone } from '../design/badge.tsx'
import { Button } from '../design/button.tsx'
import { ago, day, exact } from '../design/format.ts'
import { Page, Segments } from '../design/page.tsx'
import { Empty, Failure, Skeleton } from '../design/states.tsx'
import { useAddress } from '../shell/search.ts'
import { AskDialog, DecideDialog, type Deciding } from './approval-dialogs.tsx'

/** Asking for what one may not use yet, and the yes or no of whoever may give it. */
export function ApprovalsPage() {
  const { t } = useTranslation()
  const may = useMay()
  const [search, change] = useAddress()
  const [deciding, setDeciding] = useState<Deciding>()
  const view = search.view === 'all' ? 'all' : 'mine'
  const { data, error, isPending, refetch } = useQuery(
    reads.accessRequests({ limit: 200, ...(view === 'mine' ? { mine: 'true' } : {}) }),
  )
  const asks = may('requests:create') && (
    <Button weight="primary" onClick={() => change({ on: '*' })}>
      {t('approvals.ask')}
    </Button>
  )
  return (
    <Page
      title={t('approvals.title')}
      actions={
        <>
          <Segments
            label={t('approvals.title')}
            value={view}
            onChange={(next) => change({ view: next === 'mine' ? undefined : next })}
            options={[
              ['mine', t('approvals.mine')],
              ['all', t('approvals.all')],
            ]}
          />
          {data && data.items.length > 0 && asks}
        </>
      }
    >
      {error ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : isPending ? (
        <Skeleton />
      ) : data.items.length === 0 ? (
        <Empty title={t(view === 'mine' ? 'approvals.empty' : 'approvals.emptyAll')} action={view === 'mine' && asks}>
          {t(view === 'mine' ? 'approvals.emptyHint' : 'approvals.emptyAllHint')}
        </Empty>
      ) : (
        <ul className="max-w-3xl divide-y divide-border border-y border-border">
          {data.items.map((request) => (
            <RequestRow key={request.id} request={request} isMine={view === 'mine'} onDecide={setDeciding} />
          ))}
        </ul>
      )}
      {search.on && <AskDialog on={search.on === '*' ? '' : search.on} onClose={() => change({ on: undefined })} />}
      {deciding && <DecideDialog {...deciding} onClose={() => setDeciding(undefined)} />}
    </Page>
  )
}

const TONES: Readonly<Record<AccessRequestAnswer['state'], Tone>> = {
  pending: 'warn',
  approved: 'good',
  declined: 'bad',
  withdrawn: 'plain',
  expired: 'plain',
}

interface RequestRowProps {
  readonly request: AccessRequestAnswer
  readonly isMine: boolean
  readonly onDecide: (deciding: Deciding) => void
}

function RequestRow({ request, isMine, onDecide }: RequestRowProps) {
  const { t } = useTranslation()
  const { state, principal, action, on, days, reason, at, mayDecide, note } = request
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-2 py-3">
      <div className="min-w-0 flex-1 basis-72">
        <p className="[overflow-wrap:anywhere]">
          <span className="font-medium">{principal}</span>{' '}
          <span className="text-muted">{t('approvals.wants', { action: t(`approvals.${action}`) })}</span>{' '}
          <span className="font-medium">{on}</span>{' '}
          <span className="numbers text-muted">{t('approvals.for', { count: days })}</span>
        </p>
        <p className="mt-0.5 max-w-prose [overflow-wrap:anywhere]">{reason}</p>
        <p className="mt-0.5 text-small text-muted">
          <time dateTime={at} title={exact(at)}>
            {ago(at, Date.now())}
          </time>
          {` · ${outcomeOf(request, t)}`}
        </p>
        {note && <p className="mt-1 border-l-2 border-border pl-2 text-muted [overflow-wrap:anywhere]">{note}</p>}
      </div>
      <div className="flex items-center gap-2">
        <Badge tone={TONES[state]}>{t(`approvals.${state}`)}</Badge>
        {mayDecide && (
          <>
            <Button onClick={() => onDecide({ request, verb: 'decline' })}>{t('approvals.decline')}</Button>
            <Button weight="primary" onClick={() => onDecide({ request, verb: 'approve' })}>
              {t('approvals.approve')}
            </Button>
          </>
        )}
        {isMine && state === 'pending' && (
          <Button onClick={() => onDecide({ request, verb: 'withdraw' })}>{t('approvals.withdraw')}</Button>
        )}
      </div>
    </li>
  )
}

/** Who decided and until when it holds, or who could decide. */
function outcomeOf(request: AccessRequestAnswer, t: ReturnType<typeof useTranslation>['t']): string {
  const { grantEnds, decidedBy, deciders } = request
  if (grantEnds) return t('approvals.until', { by: decidedBy ?? '–', day: day(grantEnds) })
  if (decidedBy) return t('approvals.decidedBy', { by: decidedBy })
  const who = deciders.map(({ principal }) => principal)
  return who.length > 0 ? t('approvals.waitsFor', { who: who.join(', ') }) : t('approvals.waits')
}
