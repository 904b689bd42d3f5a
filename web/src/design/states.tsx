import { CircleAlert, Lock } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiError } from '../api/client.ts'
import { Button } from './button.tsx'

/** Nothing is here: what this is for, and the one thing to do about it. */
export function Empty({
  title,
  children,
  action,
}: {
  readonly title: string
  readonly children?: ReactNode
  readonly action?: ReactNode
}) {
  return (
    <div className="mx-auto flex max-w-md flex-col items-center gap-2 px-4 py-16 text-center">
      <p className="text-read font-medium">{title}</p>
      {children && <p className="text-muted">{children}</p>}
      {action && <div className="mt-2">{action}</div>}
    </div>
  )
}

/** Something went wrong: what, what to do, and the id to quote. */
export function Failure({ error, retry }: { readonly error: unknown; readonly retry?: () => void }) {
  const { t } = useTranslation()
  const api = error instanceof ApiError ? error : undefined
  const isForbidden = api?.status === 403
  const permission = typeof api?.facts.permission === 'string' ? api.facts.permission : undefined
  const says = api?.code === 'unreachable' ? t('error.unreachable') : (api?.message ?? String(error))
  return (
    <div role="alert" className="mx-auto flex max-w-md flex-col items-center gap-2 px-4 py-16 text-center">
      {isForbidden ? (
        <Lock size={20} className="text-muted" aria-hidden />
      ) : (
        <CircleAlert size={20} className="text-bad" aria-hidden />
      )}
      <p className="text-read font-medium">{isForbidden ? t('error.forbidden') : t('error.title')}</p>
      <p className="text-muted">{isForbidden && permission ? t('error.forbiddenHint', { permission }) : says}</p>
      {api?.requestId && <p className="font-mono text-small text-muted">{t('error.request', { id: api.requestId })}</p>}
      {retry && !isForbidden && (
        <Button className="mt-2" onClick={retry}>
          {t('app.retry')}
        </Button>
      )}
    </div>
  )
}

/** The shape of what is to come. */
export function Skeleton({ lines = 6 }: { readonly lines?: number }) {
  const { t } = useTranslation()
  return (
    <div role="status" aria-label={t('app.loading')} className="flex flex-col gap-3 p-4">
      {Array.from({ length: lines }, (_, index) => (
        <div
          key={index}
          className="h-4 animate-pulse rounded bg-text/8"
          style={{ width: `${90 - ((index * 37) % 45)}%` }}
        />
      ))}
    </div>
  )
}
