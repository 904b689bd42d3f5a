import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { reads } from '../api/reads.ts'
import { Badge } from '../design/badge.tsx'
import { exact } from '../design/format.ts'
import { Facts, Page, Section } from '../design/page.tsx'
import { Failure, Skeleton } from '../design/states.tsx'

interface Ready {
  readonly status: string
  readonly reasons: readonly string[]
}

/** Asked as it is: what is not ready answers with 503, and says why. */
const readiness = {
  queryKey: ['/readyz'],
  queryFn: async () => (await (await fetch('/readyz')).json()) as Ready,
  refetchInterval: 10_000,
}

/** How the gateway itself is. */
export function SystemPage() {
  const { t } = useTranslation()
  const status = useQuery({ ...reads.status(), refetchInterval: 10_000 })
  const ready = useQuery(readiness)
  return (
    <Page title={t('system.title')}>
      {status.error ? (
        <Failure error={status.error} retry={() => void status.refetch()} />
      ) : status.isPending ? (
        <Skeleton />
      ) : (
        <div className="max-w-3xl">
          <Facts
            items={[
              [
                t('models.state'),
                <Badge key="ready" tone={ready.data?.status === 'ready' ? 'good' : 'bad'}>
                  {ready.data?.status === 'ready' ? t('system.ready') : t('system.notReady')}
                </Badge>,
              ],
              ...(ready.data && ready.data.reasons.length > 0
                ? ([[t('system.reasons'), ready.data.reasons.join('; ')]] as const)
                : []),
              [t('system.revision'), `${status.data.number} · ${status.data.revision.slice(0, 16)}`],
              [t('policy.when'), exact(status.data.publishedAt)],
              [t('system.startedFrom'), status.data.startedFrom],
              [
                t('system.schema'),
                <a key="docs" href="/api/docs" className="text-accent underline underline-offset-2">
                  /api/docs
                </a>,
              ],
            ]}
          />
          <Section title={t('system.faults')}>
            {status.data.faults.length === 0 ? (
              <p className="text-muted">{t('system.noFaults')}</p>
            ) : (
              <ul>
                {status.data.faults.map(({ source, at, message }) => (
                  <li key={`${source}${String(at)}`} className="border-b border-border/60 py-2">
                    <Badge tone="bad">{source}</Badge> <span className="text-muted">{exact(at)}</span>
                    <p className="mt-1 whitespace-pre-wrap">{message}</p>
                  </li>
                ))}
              </ul>
            )}
          </Section>
        </div>
      )}
    </Page>
  )
}
