import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiError } from '../api/client.ts'
import { enterAs, methodsQuery, signIn } from '../api/session.ts'
import { useBrand } from '../brand/brand.ts'
import { Button } from '../design/button.tsx'
import { Field } from '../design/field.tsx'
import { Mark } from './mark.tsx'

/** Who are you? By password and second factor, or by the organisation's own sign-in. */
export function SignInPage() {
  const { t } = useTranslation()
  const { name, brand } = useBrand()
  const { data: methods } = useQuery(methodsQuery)
  const providers = methods?.providers ?? []
  return (
    <main className="grid min-h-full place-items-center p-4">
      <div className="w-full max-w-[360px]">
        <Mark />
        <h1 className="mt-6 text-title">{brand?.login.title ?? t('signIn.title', { name })}</h1>
        {brand?.login.text && <p className="mt-1 text-muted">{brand.login.text}</p>}
        {providers.length > 0 && (
          <div className="mt-6 flex flex-col gap-2">
            {providers.map((provider) => (
              <a
                key={provider.name}
                href={provider.href}
                className="inline-flex h-9 items-center justify-center rounded-(--radius-base) border border-border bg-surface font-medium hover:border-muted"
              >
                {provider.label}
              </a>
            ))}
          </div>
        )}
        {providers.length > 0 && methods?.password && (
          <p className="my-4 text-center text-small text-muted">{t('signIn.or')}</p>
        )}
        {methods?.password !== false && <PasswordForm />}
        <footer className="mt-10 flex flex-wrap gap-4 text-small text-muted">
          {[...(brand?.support ? [brand.support] : []), ...(brand?.legal ?? [])].map((link) => (
            <a key={link.href} href={link.href} className="underline underline-offset-2 hover:text-text">
              {link.label}
            </a>
          ))}
        </footer>
      </div>
    </main>
  )
}

function PasswordForm() {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [email, setEmail] = useState('')
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
      const session = await signIn({ email, password, ...(code ? { totp: code } : {}) })
      enterAs(queries, session)
    } catch (cause) {
      if (cause instanceof ApiError && cause.code === 'second_factor_required') setWantsCode(true)
      else setError(cause instanceof Error ? cause.message : String(cause))
    }
    setBusy(false)
  }
  return (
    <form onSubmit={submit} className="mt-6 flex flex-col gap-4">
      <Field
        label={t('signIn.email')}
        type="email"
        autoComplete="username"
        required
        autoFocus
        value={email}
        onChange={(event) => setEmail(event.target.value)}
      />
      <Field
        label={t('signIn.password')}
        type="password"
        autoComplete="current-password"
        required
        value={password}
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
      {error && (
        <p role="alert" className="text-bad">
          {error}
        </p>
      )}
      <Button type="submit" weight="primary" busy={busy} className="h-9">
        {t('signIn.submit')}
      </Button>
    </form>
  )
}
