import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ask } from '../api/client.ts'
import { Button } from '../design/button.tsx'
import { CopyButton } from '../design/copy.tsx'
import { Dialog } from '../design/dialog.tsx'
import { Field } from '../design/field.tsx'

interface Enrolment {
  readonly secret: string
  readonly uri: string
}

const PATH = '/api/v1/me/second-factor'

/** One-time codes besides the password: set up with an authenticator, with codes for the day it is lost; or taken away. */
export function SecondFactor() {
  const { t } = useTranslation()
  const [asksRemoval, setAsksRemoval] = useState(false)
  const enrol = useMutation({ mutationFn: () => ask<Enrolment>(PATH, { method: 'POST' }) })
  const remove = useMutation({
    mutationFn: () => ask(PATH, { method: 'DELETE' }),
    onSettled: () => setAsksRemoval(false),
  })
  const error = enrol.error ?? remove.error
  return (
    <div className="flex flex-col items-start gap-3">
      <p className="max-w-prose text-muted">{t('factor.says')}</p>
      <div className="flex flex-wrap gap-2">
        <Button busy={enrol.isPending} onClick={() => enrol.mutate()}>
          {t('factor.setUp')}
        </Button>
        <Button weight="danger" onClick={() => setAsksRemoval(true)}>
          {t('factor.remove')}
        </Button>
      </div>
      {remove.isSuccess && <p role="status">{t('factor.removed')}</p>}
      {error && (
        <p role="alert" className="text-bad">
          {error.message}
        </p>
      )}
      {enrol.data && <Enrol enrolment={enrol.data} onClose={() => enrol.reset()} />}
      {asksRemoval && (
        <Dialog
          open
          onClose={() => setAsksRemoval(false)}
          title={t('factor.remove')}
          says={t('factor.removeAsk')}
          actions={
            <>
              <Button onClick={() => setAsksRemoval(false)}>{t('app.cancel')}</Button>
              <Button weight="danger" busy={remove.isPending} onClick={() => remove.mutate()}>
                {t('factor.remove')}
              </Button>
            </>
          }
        />
      )}
    </div>
  )
}

function Enrol({ enrolment, onClose }: { readonly enrolment: Enrolment; readonly onClose: () => void }) {
  const { t } = useTranslation()
  const [code, setCode] = useState('')
  const confirm = useMutation({
    mutationFn: () => ask<{ recoveryCodes: readonly string[] }>(`${PATH}:confirm`, { method: 'POST', body: { code } }),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    confirm.mutate()
  }
  const codes = confirm.data?.recoveryCodes
  if (codes) {
    return (
      <Dialog
        open
        onClose={onClose}
        title={t('factor.on')}
        says={t('factor.codesSay')}
        actions={
          <>
            <CopyButton text={codes.join('\n')} label={t('app.copy')} />
            <Button weight="primary" onClick={onClose}>
              {t('factor.kept')}
            </Button>
          </>
        }
      >
        <ul className="grid grid-cols-2 gap-x-6 gap-y-1 rounded-(--radius-base) border border-border p-3 font-mono">
          {codes.map((one) => (
            <li key={one}>{one}</li>
          ))}
        </ul>
      </Dialog>
    )
  }
  return (
    <Dialog open onClose={onClose} title={t('factor.setUp')} says={t('factor.setUpSays')}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <div className="flex items-center gap-2 rounded-(--radius-base) border border-border p-3">
          <code className="min-w-0 flex-1 font-mono [overflow-wrap:anywhere]">
            {enrolment.secret.replaceAll(/(.{4})(?=.)/g, '$1 ')}
          </code>
          <CopyButton text={enrolment.secret} />
        </div>
        <a href={enrolment.uri} className="self-start text-accent underline underline-offset-2">
          {t('factor.openApp')}
        </a>
        <Field
          label={t('factor.code')}
          inputMode="numeric"
          autoComplete="one-time-code"
          required
          autoFocus
          value={code}
          error={confirm.error?.message}
          onChange={(event) => setCode(event.target.value)}
        />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t('app.cancel')}</Button>
          <Button type="submit" weight="primary" busy={confirm.isPending}>
            {t('factor.turnOn')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
