import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { DocumentAnswer, ForesightAnswer } from '../../../src/contract/documents.ts'
import { ask } from '../api/client.ts'
import { useMay } from '../api/session.ts'
import { Button } from '../design/button.tsx'
import { Dialog } from '../design/dialog.tsx'
import { Failure, Skeleton } from '../design/states.tsx'
import { Replay } from './foresight.tsx'

const LOOK_BACK = '7d'

/** Before a guardrail is enforced, or only watches again: what that would have done in the last days. */
export function ModeDialog(props: {
  readonly document: DocumentAnswer
  readonly next: 'enforce' | 'monitor'
  readonly onClose: () => void
}) {
  const { document, next, onClose } = props
  const { t } = useTranslation()
  const may = useMay()
  const queries = useQueryClient()
  const { apiVersion, kind, metadata, spec } = document
  const changed = { apiVersion, kind, metadata, spec: { ...(spec as object), mode: next } }
  const replay = may('operations:read') ? { replay: LOOK_BACK } : {}
  const plan = useQuery({
    queryKey: ['/api/v1/documents:plan', changed],
    queryFn: ({ signal }) =>
      ask<ForesightAnswer>('/api/v1/documents:plan', {
        method: 'POST',
        body: { documents: [changed], ...replay },
        signal,
      }),
    gcTime: 0,
    retry: false,
  })
  const turn = useMutation({
    mutationFn: () =>
      ask(`/api/v1/documents/${kind}/${encodeURIComponent(metadata.name)}`, {
        method: 'PUT',
        body: changed,
        headers: { 'if-match': document.etag },
      }),
    onSuccess: async () => {
      await queries.invalidateQueries()
      onClose()
    },
  })
  return (
    <Dialog
      open
      onClose={onClose}
      title={`${next === 'enforce' ? t('guardrails.toEnforce') : t('guardrails.toMonitor')}: ${metadata.name}`}
      says={t(next === 'enforce' ? 'foresight.enforceSays' : 'foresight.monitorSays')}
      actions={
        <>
          <Button onClick={onClose}>{t('app.cancel')}</Button>
          <Button
            weight={next === 'enforce' ? 'primary' : 'danger'}
            disabled={plan.isPending}
            busy={turn.isPending}
            onClick={() => turn.mutate()}
          >
            {next === 'enforce' ? t('guardrails.toEnforce') : t('guardrails.toMonitor')}
          </Button>
        </>
      }
    >
      {plan.error ? (
        <Failure error={plan.error} />
      ) : plan.isPending ? (
        <Skeleton lines={3} />
      ) : (
        plan.data.replay && <Replay replay={plan.data.replay} />
      )}
      {turn.error && (
        <p role="alert" className="text-bad">
          {turn.error.message}
        </p>
      )}
    </Dialog>
  )
}
