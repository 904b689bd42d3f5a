import type { ErrorComponentProps } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { Button } from '../design/button.tsx'
import { Empty } from '../design/states.tsx'

/** A page that failed while it was drawn. */
export function Broken({ error }: ErrorComponentProps) {
  const { t } = useTranslation()
  console.error(error)
  return (
    <Empty title={t('error.crashed')} action={<Button onClick={() => location.reload()}>{t('app.retry')}</Button>}>
      {t('error.crashedHint')}
    </Empty>
  )
}

/** An address that leads nowhere. */
export function Nowhere() {
  const { t } = useTranslation()
  return <Empty title={t('error.notFound')}>{t('error.notFoundHint')}</Empty>
}
