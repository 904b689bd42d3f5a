import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { ask } from '../api/client.ts'
import { reads } from '../api/reads.ts'
import { Badge } from '../design/badge.tsx'
import { Button } from '../design/button.tsx'
import { ago, exact } from '../design/format.ts'
import { Failure, Skeleton } from '../design/states.tsx'

/** Where one is signed in, each of which can be ended from here. */
export function SessionList() {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const { data, error, isPending } = useQuery(reads.ownSessions())
  const end = useMutation({
    mutationFn: (id: string) => ask(`/api/v1/me/sessions/${id}`, { method: 'DELETE' }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['/api/v1/me/sessions'] }),
  })
  if (error) return <Failure error={error} />
  if (isPending) return <Skeleton lines={2} />
  return (
    <ul className="divide-y divide-border border-y border-border">
      {data.items.map(({ id, agent, address, method, seenAt, current }) => (
        <li key={id} className="flex min-h-12 items-center gap-4 py-1.5">
          <div className="min-w-0 flex-1">
            <div className="truncate" title={agent}>
              {agentOf(agent)}
            </div>
            <div className="truncate text-small text-muted">
              {address} · {method} · <time title={exact(seenAt)}>{ago(seenAt, Date.now())}</time>
            </div>
          </div>
          {current ? (
            <Badge tone="good">{t('settings.thisOne')}</Badge>
          ) : (
            <Button weight="danger" busy={end.isPending && end.variables === id} onClick={() => end.mutate(id)}>
              {t('settings.endSession')}
            </Button>
          )}
        </li>
      ))}
    </ul>
  )
}

const BROWSERS = /(Firefox|Edg|OPR|Chrome|Safari)\/\d+/
const SYSTEMS = /(Windows|Mac OS X|Android|iPhone|iPad|Linux)/
const NAMES: Readonly<Record<string, string>> = { Edg: 'Edge', OPR: 'Opera', 'Mac OS X': 'macOS' }

/** A browser and its system, as people call them; what is no browser as it calls itself. */
function agentOf(agent: string): string {
  const found = [BROWSERS.exec(agent)?.[1], SYSTEMS.exec(agent)?.[1]].filter((name) => name !== undefined)
  return found.length === 0 ? agent || '–' : found.map((name) => NAMES[name] ?? name).join(' · ')
}
