import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ask } from '../api/client.ts'
import { sessionQuery } from '../api/session.ts'
import { Button } from '../design/button.tsx'
import { Field } from '../design/field.tsx'
import { Mark } from './mark.tsx'

/** A password that somebody else has made works once: here one's own takes its place. */
export function NewPasswordPage() {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [current, setCurrent] = useState('')
  const [password, setPassword] = useState('')
  const [again, setAgain] = useState('')
  const [error, setError] = useState<string>()
  const [busy, setBusy] = useState(false)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (password !== again) return setError(t('signIn.differ'))
    setBusy(true)
    setError(undefined)
    try {
      await ask('/api/v1/me/password', { method: 'PUT', body: { current, password } })
      await queries.invalidateQueries(sessionQuery)
    } catch (cause) {
      setError(cause instanceof Error ? cause.message : String(cause))
    }
    setBusy(false)
  }
  return (
    <main className="grid min-h-full place-items-center p-4">
      <form onSubmit={submit} className="flex w-full max-w-[360px] flex-col gap-4">
        <Mark />
        <h1 className="mt-2 text-title">{t('signIn.newPassword')}</h1>
        <p className="text-muted">{t('signIn.newPasswordHint')}</p>
        <Field
          label={t('settings.current')}
          type="password"
          autoComplete="current-password"
          required
          autoFocus
          value={current}
          onChange={(event) => setCurrent(event.target.value)}
        />
        <Field
          label={t('settings.next')}
          type="password"
          autoComplete="new-password"
          required
          minLength={12}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <Field
          label={t('signIn.repeat')}
          type="password"
          autoComplete="new-password"
          required
          value={again}
          error={error}
          onChange={(event) => setAgain(event.target.value)}
        />
        <Button type="submit" weight="primary" busy={busy} className="h-9">
          {t('signIn.choose')}
        </Button>
      </form>
    </main>
  )
}
