import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ask } from '../api/client.ts'
import { sessionQuery } from '../api/session.ts'
import { chooseTheme, chosenTheme, type Theme } from '../brand/theme.ts'
import { Button } from '../design/button.tsx'
import { Field } from '../design/field.tsx'
import { Facts, Page, Section, Segments } from '../design/page.tsx'
import { Skeleton } from '../design/states.tsx'
import { chooseLanguage, type Language } from '../i18n/index.ts'

/** What asks and answers in dialogs is no part of the first sight of a page. */
const SecondFactor = lazy(() => import('./second-factor.tsx').then((module) => ({ default: module.SecondFactor })))
const SessionList = lazy(() => import('./session-list.tsx').then((module) => ({ default: module.SessionList })))

/** Language, appearance, password. */
export function SettingsPage() {
  const { t, i18n } = useTranslation()
  const { data: session } = useQuery(sessionQuery)
  const [theme, setTheme] = useState<Theme>(chosenTheme)
  const none = t('app.none')
  return (
    <Page title={t('settings.title')}>
      <div className="max-w-xl">
        <Section title={t('settings.you')}>
          <Facts
            items={[
              [t('signIn.email'), session?.user.email ?? ''],
              [t('settings.teams'), session?.teams.join(', ') || none],
              [t('settings.roles'), session?.roles.join(', ') || none],
            ]}
          />
        </Section>
        <Section title={t('settings.language')}>
          <Segments<Language>
            label={t('settings.language')}
            value={i18n.language === 'de' ? 'de' : 'en'}
            onChange={(language) => void chooseLanguage(language)}
            options={[
              ['en', 'English'],
              ['de', 'Deutsch'],
            ]}
          />
        </Section>
        <Section title={t('settings.theme')}>
          <Segments<Theme>
            label={t('settings.theme')}
            value={theme}
            onChange={(next) => {
              setTheme(next)
              chooseTheme(next)
            }}
            options={[
              ['light', t('settings.light')],
              ['dark', t('settings.dark')],
              ['system', t('settings.system')],
            ]}
          />
        </Section>
        <Section title={t('settings.password')}>
          <PasswordForm />
        </Section>
        <Section title={t('factor.title')}>
          <Suspense fallback={<Skeleton lines={2} />}>
            <SecondFactor />
          </Suspense>
        </Section>
        <Section title={t('settings.sessions')}>
          <Suspense fallback={<Skeleton lines={2} />}>
            <SessionList />
          </Suspense>
        </Section>
      </div>
    </Page>
  )
}

function PasswordForm() {
  const { t } = useTranslation()
  const [current, setCurrent] = useState('')
  const [password, setPassword] = useState('')
  const change = useMutation({
    mutationFn: () => ask('/api/v1/me/password', { method: 'PUT', body: { current, password } }),
    onSuccess: () => {
      setCurrent('')
      setPassword('')
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    change.mutate()
  }
  return (
    <form onSubmit={submit} className="flex max-w-sm flex-col gap-4">
      <Field
        label={t('settings.current')}
        type="password"
        autoComplete="current-password"
        required
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
        error={change.error?.message}
        onChange={(event) => setPassword(event.target.value)}
      />
      <div className="flex items-center gap-3">
        <Button type="submit" busy={change.isPending}>
          {t('settings.change')}
        </Button>
        {change.isSuccess && <span role="status">{t('settings.changed')}</span>}
      </div>
    </form>
  )
}
