import type { CSSProperties } from 'react'
import { useTranslation } from 'react-i18next'
import { useBrand } from '../brand/brand.ts'
import { cx } from '../design/class-names.ts'
import type { Draft } from './branding-draft.ts'

/** What a brand comes to, in light and in dark, as it is being written. */
export function BrandingPreview({ draft }: { readonly draft: Draft }) {
  const { t } = useTranslation()
  return (
    <section aria-label={t('branding.preview')} className="flex min-w-0 flex-col gap-4">
      <Sample draft={draft} theme="light" />
      <Sample draft={draft} theme="dark" />
    </section>
  )
}

function Sample({ draft, theme }: { readonly draft: Draft; readonly theme: 'light' | 'dark' }) {
  const { t } = useTranslation()
  const { brand } = useBrand()
  const colours = { ...brand?.colors[theme], ...draft.colors?.[theme] }
  const name = draft.name ?? 'Gatehouse'
  const assistant = draft.assistant ?? 'Assistant'
  const logo = theme === 'dark' ? (draft.logo?.dark ?? draft.logo?.light) : draft.logo?.light
  const style = {
    '--accent': colours.accent,
    '--accent-text': colours.accentText,
    '--background': colours.background,
    '--surface': colours.surface,
    '--text': colours.text,
    '--muted': colours.mutedText,
    '--border': colours.border,
    '--radius': `${String(draft.radius ?? brand?.radius ?? 6)}px`,
  } as CSSProperties
  return (
    <div
      data-theme={theme}
      style={style}
      className="flex h-64 overflow-hidden rounded-lg border border-border bg-background text-text"
    >
      <div className="hidden w-36 shrink-0 flex-col gap-1 border-r border-border p-3 sm:flex">
        <div className="mb-2 flex h-6 min-w-0 items-center gap-2 font-semibold">
          {logo ? (
            <img src={logo} alt={name} className="max-h-6 max-w-28 object-contain object-left" />
          ) : (
            <>
              {draft.logo?.mark && <img src={draft.logo.mark} alt="" className="h-5 w-5" />}
              <span className="truncate">{name}</span>
            </>
          )}
        </div>
        {(['chat', 'usage', 'keys'] as const).map((way, index) => (
          <span
            key={way}
            className={cx(
              'truncate rounded-(--radius-base) px-2 py-1',
              index === 0 ? 'bg-text/7 font-medium' : 'text-muted',
            )}
          >
            {t(`nav.${way}`)}
          </span>
        ))}
      </div>
      <div className="flex min-w-0 flex-1 flex-col p-4">
        <p className="my-auto text-center text-read font-medium">{draft.greeting ?? t('chat.greeting')}</p>
        <div className="flex items-center gap-2 rounded-[calc(var(--radius)+4px)] border border-border bg-surface p-2">
          <span className="min-w-0 flex-1 truncate text-muted">{t('chat.placeholder', { assistant })}</span>
          <span className="rounded-(--radius-base) bg-accent px-3 py-1 font-medium text-accent-text">
            {t('chat.send')}
          </span>
        </div>
        <p className="mt-2 text-small text-accent underline underline-offset-2">{t('chat.askAccess')}</p>
      </div>
    </div>
  )
}
