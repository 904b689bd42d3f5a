import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Lock } from 'lucide-react'
import { type FormEvent, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Palette } from '../../../src/contract/branding.ts'
import type { DocumentAnswer } from '../../../src/contract/documents.ts'
import { ask } from '../api/client.ts'
import { useBrand } from '../brand/brand.ts'
import { Button } from '../design/button.tsx'
import { Field, TextArea } from '../design/field.tsx'
import { Section } from '../design/page.tsx'
import type { Draft } from './branding-draft.ts'
import { BrandingPreview } from './branding-preview.tsx'
import { PictureField } from './picture-field.tsx'
import { Problems } from './problems.tsx'

/** By this the button beside the preview belongs to the form. */
const FORM = 'branding'
const THEMES = ['light', 'dark'] as const
const CHECKED_AFTER_MS = 400

/** What is written, a moment after the last stroke. */
function useSettled<Value>(value: Value): Value {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), CHECKED_AFTER_MS)
    return () => clearTimeout(timer)
  }, [value])
  return settled
}

/** What may be changed of a brand, beside a preview; the gateway itself says whether it can be read. */
export function BrandingForm(props: { readonly scope: string; readonly document: DocumentAnswer | undefined }) {
  const { scope, document } = props
  const { t } = useTranslation()
  const queries = useQueryClient()
  const { name: product } = useBrand()
  const [draft, setDraft] = useState<Draft>(() => (document?.spec as Draft | undefined) ?? { appliesTo: [scope] })
  const name = document?.metadata.name ?? (scope === 'org' ? 'organisation' : scope.replace(':', '-'))
  const isOurs = document === undefined || document.owner === 'console'
  const settled = useSettled(draft)
  const written = (spec: Draft) => ({ apiVersion: 'gatehouse/v1', kind: 'Branding', metadata: { name }, spec })
  const check = useQuery({
    queryKey: ['/api/v1/documents:plan', settled],
    queryFn: ({ signal }) =>
      ask('/api/v1/documents:plan', { method: 'POST', body: { documents: [written(settled)] }, signal }),
    enabled: isOurs,
    gcTime: 0,
    retry: false,
  })
  const save = useMutation({
    mutationFn: () =>
      ask(`/api/v1/documents/Branding/${encodeURIComponent(name)}`, {
        method: 'PUT',
        body: written(draft),
        headers: document ? { 'if-match': document.etag } : { 'if-none-match': '*' },
      }),
    onSuccess: () => queries.invalidateQueries(),
  })
  const set = (change: Draft) => setDraft((before) => ({ ...before, ...change }))
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.mutate()
  }
  return (
    <div className="grid max-w-6xl gap-x-12 gap-y-8 lg:grid-cols-[minmax(0,400px)_1fr]">
      <form id={FORM} onSubmit={submit}>
        {!isOurs && (
          <p className="mb-4 flex items-start gap-2 text-muted">
            <Lock size={14} aria-hidden className="mt-0.5 shrink-0" />
            {t('policy.gitHint', { file: document.origin.file ?? document.owner })}
          </p>
        )}
        <fieldset disabled={!isOurs} className="contents">
          <Words draft={draft} set={set} product={product} />
          <Pictures draft={draft} set={set} />
          <Colours draft={draft} set={set} />
        </fieldset>
      </form>
      <div className="min-w-0 lg:sticky lg:top-0 lg:self-start">
        <BrandingPreview draft={draft} />
        <Problems error={check.error ?? save.error} />
        <Button
          type="submit"
          form={FORM}
          weight="primary"
          disabled={!isOurs || check.isError || settled !== draft}
          busy={save.isPending}
          className="mt-4"
        >
          {t('branding.save')}
        </Button>
      </div>
    </div>
  )
}

interface Part {
  readonly draft: Draft
  readonly set: (change: Draft) => void
}

function Words({ draft, set, product }: Part & { readonly product: string }) {
  const { t } = useTranslation()
  // What is emptied is left out of the document.
  const change = (name: 'name' | 'assistant' | 'greeting', written: string) =>
    set({ [name]: written === '' ? undefined : written })
  const login = draft.login ?? {}
  return (
    <Section title={t('branding.words')}>
      <div className="flex flex-col gap-4">
        <Field
          label={t('branding.name')}
          maxLength={120}
          placeholder={product}
          value={draft.name ?? ''}
          onChange={(event) => change('name', event.target.value)}
        />
        <Field
          label={t('branding.assistant')}
          maxLength={120}
          value={draft.assistant ?? ''}
          onChange={(event) => change('assistant', event.target.value)}
        />
        <Field
          label={t('branding.greeting')}
          maxLength={120}
          placeholder={t('chat.greeting')}
          value={draft.greeting ?? ''}
          onChange={(event) => change('greeting', event.target.value)}
        />
        <TextArea
          label={t('branding.login')}
          rows={2}
          maxLength={4_000}
          value={login.text ?? ''}
          onChange={({ target: { value } }) => {
            const { text: _, ...rest } = login
            set({ login: value === '' ? rest : { ...rest, text: value } })
          }}
        />
      </div>
    </Section>
  )
}

function Pictures({ draft, set }: Part) {
  const { t } = useTranslation()
  const logo = draft.logo ?? {}
  const change = (name: 'light' | 'dark' | 'mark') => (picture: string | undefined) => {
    const { [name]: _, ...rest } = logo
    set({ logo: picture === undefined ? rest : { ...rest, [name]: picture } })
  }
  return (
    <Section title={t('branding.logo')}>
      <div className="flex flex-col gap-3">
        <PictureField label={t('branding.logoLight')} value={logo.light} onChange={change('light')} />
        <PictureField label={t('branding.logoDark')} value={logo.dark} onChange={change('dark')} isDark />
        <PictureField label={t('branding.mark')} value={logo.mark} onChange={change('mark')} />
      </div>
    </Section>
  )
}

function Colours({ draft, set }: Part) {
  const { t } = useTranslation()
  const { brand } = useBrand()
  const change = (theme: 'light' | 'dark', name: keyof Palette, value: string) =>
    set({ colors: { ...draft.colors, [theme]: { ...draft.colors?.[theme], [name]: value } } })
  return (
    <Section title={t('branding.colours')}>
      <div className="grid grid-cols-2 gap-x-6 gap-y-3">
        {THEMES.map((theme) => (
          <div key={theme} className="flex flex-col gap-3">
            <span className="text-muted">{t(`settings.${theme}`)}</span>
            {(['accent', 'accentText', 'background', 'surface', 'text'] as const).map((name) => (
              <label key={name} className="flex items-center gap-2">
                <input
                  type="color"
                  value={draft.colors?.[theme]?.[name] ?? brand?.colors[theme][name] ?? '#000000'}
                  onChange={(event) => change(theme, name, event.target.value)}
                  className="h-7 w-9 shrink-0 rounded border border-border bg-surface p-0.5"
                />
                <span className="min-w-0 truncate">{t(`branding.${name}`)}</span>
              </label>
            ))}
          </div>
        ))}
      </div>
      <div className="mt-4 max-w-32">
        <Field
          label={t('branding.radius')}
          type="number"
          min={0}
          max={24}
          className="numbers"
          value={draft.radius ?? brand?.radius ?? 6}
          onChange={(event) => set({ radius: Number(event.target.value) })}
        />
      </div>
    </Section>
  )
}
