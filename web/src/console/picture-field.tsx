import { type ChangeEvent, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../design/button.tsx'
import { cx } from '../design/class-names.ts'

/** What a Branding document takes of a picture, as a data address. */
const LARGEST = 256 * 1_024

/** A picture that is kept in a document: chosen from a file, seen on the ground it will stand on, taken away again. */
export function PictureField(props: {
  readonly label: string
  readonly value: string | undefined
  readonly onChange: (picture: string | undefined) => void
  readonly isDark?: boolean
}) {
  const { label, value, onChange, isDark } = props
  const { t } = useTranslation()
  const id = useId()
  const [problem, setProblem] = useState<string>()
  const choose = (event: ChangeEvent<HTMLInputElement>) => {
    const [file] = event.target.files ?? []
    event.target.value = ''
    if (!file) return
    setProblem(undefined)
    const reader = new FileReader()
    reader.onload = () => {
      const picture = String(reader.result)
      if (picture.length > LARGEST) setProblem(t('branding.tooLarge', { name: file.name }))
      else onChange(picture)
    }
    reader.readAsDataURL(file)
  }
  return (
    <div>
      <div className="flex items-center gap-3">
        <div
          data-theme={isDark ? 'dark' : 'light'}
          className={cx(
            'grid h-10 w-24 shrink-0 place-items-center rounded-(--radius-base) border border-border',
            isDark ? 'bg-[#121518]' : 'bg-white',
          )}
        >
          {value && <img src={value} alt="" className="max-h-7 max-w-20 object-contain" />}
        </div>
        <span className="min-w-0 flex-1">{label}</span>
        {value && <Button onClick={() => onChange(undefined)}>{t('app.remove')}</Button>}
        <input
          id={id}
          type="file"
          aria-label={label}
          accept="image/svg+xml,image/png,image/webp,image/jpeg"
          onChange={choose}
          className="peer sr-only"
        />
        <label
          htmlFor={id}
          className="inline-flex h-8 shrink-0 cursor-pointer items-center rounded-(--radius-base) border border-border bg-surface px-3 font-medium hover:border-muted peer-focus-visible:outline-2 peer-focus-visible:outline-accent"
        >
          {t('branding.choose')}
        </label>
      </div>
      {problem && (
        <p role="alert" className="mt-1 text-small text-bad">
          {problem}
        </p>
      )}
    </div>
  )
}
