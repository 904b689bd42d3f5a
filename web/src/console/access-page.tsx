import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ExplainAnswer, WhoCanAnswer } from '../../../src/contract/access.ts'
import { ask, queryOf } from '../api/client.ts'
import { Badge } from '../design/badge.tsx'
import { Button } from '../design/button.tsx'
import { Field } from '../design/field.tsx'
import { Page, Section, Segments } from '../design/page.tsx'
import { Empty, Failure } from '../design/states.tsx'
import { useAddress } from '../shell/search.ts'

/** Why somebody may, and who else can. */
export function AccessPage() {
  const { t } = useTranslation()
  const [search, change] = useAddress()
  const view = search.view === 'who' ? 'who' : 'why'
  const switcher = (
    <Segments
      label={t('access.title')}
      value={view}
      onChange={(next) => change({ view: next })}
      options={[
        ['why', t('access.explain')],
        ['who', t('access.whoCan')],
      ]}
    />
  )
  return (
    <Page title={t('access.title')} actions={switcher}>
      <div className="max-w-3xl">{view === 'why' ? <Explain /> : <WhoCan />}</div>
    </Page>
  )
}

function Explain() {
  const { t } = useTranslation()
  const [search, change] = useAddress()
  const [as, setAs] = useState(search.as ?? '')
  const [on, setOn] = useState(search.on ?? '')
  const explain = useMutation({
    mutationFn: () =>
      ask<ExplainAnswer>('/api/v1/access/explain', { method: 'POST', body: { ...(as ? { as } : {}), on } }),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    change({ as, on })
    explain.mutate()
  }
  return (
    <>
      <form onSubmit={submit} className="flex flex-wrap items-end gap-3">
        <div className="w-64">
          <Field
            label={t('access.as')}
            placeholder="user:ann@example.com"
            value={as}
            onChange={(event) => setAs(event.target.value)}
          />
        </div>
        <div className="w-64">
          <Field
            label={t('access.on')}
            placeholder="model:assistant"
            required
            value={on}
            onChange={(event) => setOn(event.target.value)}
          />
        </div>
        <Button type="submit" weight="primary" busy={explain.isPending}>
          {t('access.ask')}
        </Button>
      </form>
      {explain.error ? (
        <Failure error={explain.error} />
      ) : explain.data ? (
        <Explained answer={explain.data} />
      ) : (
        <Empty title={t('access.explain')}>{t('access.hint')}</Empty>
      )}
    </>
  )
}

function Explained({ answer }: { readonly answer: ExplainAnswer }) {
  const { t } = useTranslation()
  const isAllowed = answer.effect === 'allow'
  return (
    <div className="mt-6">
      <p className="text-read">
        <Badge tone={isAllowed ? 'good' : 'bad'}>{isAllowed ? t('access.allowed') : t('access.denied')}</Badge>
        <span className="ml-3">{answer.reason}</span>
      </p>
      {answer.rules.length > 0 && (
        <Section title={t('access.rules')}>
          <ul>
            {answer.rules.map((rule) => (
              <li key={rule.rule} className="flex min-h-9 flex-wrap items-center gap-x-3 border-b border-border/60">
                <Badge tone={!rule.matches ? 'plain' : rule.effect === 'allow' ? 'good' : 'bad'}>{rule.effect}</Badge>
                <span className={rule.matches ? 'font-medium' : 'text-muted'}>{rule.rule}</span>
                {rule.when && <code className="font-mono text-small text-muted">{rule.when}</code>}
                {rule.decides && <span className="text-accent">{t('access.decides')}</span>}
                {rule.at && <code className="ml-auto font-mono text-small text-muted">{rule.at}</code>}
              </li>
            ))}
          </ul>
        </Section>
      )}
      {answer.changes.length > 0 && (
        <Section title={t('access.changes')}>
          <ul className="list-disc pl-4">
            {answer.changes.map((change) => (
              <li key={change}>{change}</li>
            ))}
          </ul>
        </Section>
      )}
      {answer.grantedBy.length > 0 && (
        <Section title={t('access.grantedBy')}>
          <ul>
            {answer.grantedBy.map(({ principal, because }) => (
              <li key={principal} className="flex min-h-8 items-center gap-3">
                {principal} <span className="text-muted">{because}</span>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </div>
  )
}

function WhoCan() {
  const { t } = useTranslation()
  const [search, change] = useAddress()
  const [on, setOn] = useState(search.on ?? '')
  const find = useMutation({ mutationFn: () => ask<WhoCanAnswer>(`/api/v1/access/who-can${queryOf({ on })}`) })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    change({ on })
    find.mutate()
  }
  return (
    <>
      <form onSubmit={submit} className="flex flex-wrap items-end gap-3">
        <div className="w-64">
          <Field
            label={t('access.on')}
            placeholder="model:assistant"
            required
            value={on}
            onChange={(event) => setOn(event.target.value)}
          />
        </div>
        <Button type="submit" weight="primary" busy={find.isPending}>
          {t('access.whoCan')}
        </Button>
      </form>
      {find.error && <Failure error={find.error} />}
      <ul className="mt-6">
        {find.data?.items.map(({ principal, may, rules, conditions }) => (
          <li key={principal} className="flex min-h-9 flex-wrap items-center gap-x-4 border-b border-border/60">
            <span className="min-w-48 font-medium">{principal}</span>
            <Badge tone={may === 'always' ? 'good' : 'warn'}>
              {may === 'always' ? t('access.always') : t('access.sometimes')}
            </Badge>
            <span className="text-muted">{rules.join(', ')}</span>
            {conditions.map((condition) => (
              <code key={condition} className="font-mono text-small text-muted">
                {condition}
              </code>
            ))}
          </li>
        ))}
      </ul>
    </>
  )
}
