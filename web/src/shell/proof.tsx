import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiError, ask } from '../api/client.ts'
import { Button } from '../design/button.tsx'
import { Dialog } from '../design/dialog.tsx'
import { Field } from '../design/field.tsx'

/** Some changes want to know anew who is at the page: asked here, then the change goes on. */
export function Proof({ onDone }: { readonly onDone: (proved: boolean) => void }) {
  const { t } = useTranslation()
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const [wantsCode, setWantsCode] = useState(false)
  const [error, setError] = useState<string>()
  const [busy, setBusy] = useState(false)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setError(undefined)
    try {
      const body = { ...(password ? { password } : {}), ...(code ? { totp: code } : {}) }
      await ask('/api/v1/session/step-up', { method: 'POST', body })
      onDone(true)
    } catch (cause) {
      if (cause instanceof ApiError && cause.code === 'second_factor_required') setWantsCode(true)
      else setError(cause instanceof Error ? cause.message : String(cause))
    }
    setBusy(false)
  }
  return (
    <Dialog open onClose={() => onDone(false)} title={t('proof.title')} says={t('proof.says')}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Field
          label={t('signIn.password')}
          type="password"
          autoComplete="current-password"
          autoFocus
          value={password}
          error={error}
          onChange={(event) => setPassword(event.target.value)}
        />
        {wantsCode && (
          <Field
            label={t('signIn.code')}
            hint={t('signIn.codeHint')}
            inputMode="numeric"
            autoComplete="one-time-code"
            required
            autoFocus
            value={code}
            onChange={(event) => setCode(event.target.value)}
          />
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={() => onDone(false)}>{t('app.cancel')}</Button>
          <Button type="submit" weight="primary" busy={busy}>
            {t('proof.go')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
