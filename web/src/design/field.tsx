import {
  type InputHTMLAttributes,
  type ReactNode,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
  useId,
} from 'react'
import { cx } from './class-names.ts'

const BOX =
  'w-full rounded-(--radius-base) border border-border bg-surface px-2.5 text-text placeholder:text-muted hover:border-muted aria-invalid:border-bad'

interface Labelled {
  readonly label: string
  /** The label is read, not seen. */
  readonly hiddenLabel?: boolean
  readonly hint?: ReactNode
  readonly error?: string | undefined
}

interface Ids {
  readonly id: string
  readonly described: string | undefined
}

function Frame({
  label,
  hiddenLabel,
  hint,
  error,
  ids,
  children,
}: Labelled & { readonly ids: Ids; readonly children: ReactNode }) {
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={ids.id} className={hiddenLabel ? 'sr-only' : 'font-medium'}>
        {label}
      </label>
      {children}
      {(error ?? hint) && (
        <p id={ids.described} className={cx('text-small', error ? 'text-bad' : 'text-muted')}>
          {error ?? hint}
        </p>
      )}
    </div>
  )
}

function useIds({ hint, error }: Labelled): Ids {
  const id = useId()
  return { id, described: hint || error ? `${id}-says` : undefined }
}

/** One line to be written. */
export function Field({
  label,
  hiddenLabel,
  hint,
  error,
  className,
  ...rest
}: Labelled & InputHTMLAttributes<HTMLInputElement>) {
  const labelled = { label, ...(hiddenLabel ? { hiddenLabel } : {}), hint, error }
  const ids = useIds(labelled)
  return (
    <Frame {...labelled} ids={ids}>
      <input
        id={ids.id}
        aria-describedby={ids.described}
        aria-invalid={error ? true : undefined}
        className={cx(BOX, 'h-8', className)}
        {...rest}
      />
    </Frame>
  )
}

/** Several lines to be written. */
export function TextArea({
  label,
  hiddenLabel,
  hint,
  error,
  className,
  ...rest
}: Labelled & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  const labelled = { label, ...(hiddenLabel ? { hiddenLabel } : {}), hint, error }
  const ids = useIds(labelled)
  return (
    <Frame {...labelled} ids={ids}>
      <textarea
        id={ids.id}
        aria-describedby={ids.described}
        aria-invalid={error ? true : undefined}
        className={cx(BOX, 'py-1.5', className)}
        {...rest}
      />
    </Frame>
  )
}

/** A choice of a few. */
export function Select({
  label,
  hiddenLabel,
  hint,
  error,
  className,
  children,
  ...rest
}: Labelled & SelectHTMLAttributes<HTMLSelectElement>) {
  const labelled = { label, ...(hiddenLabel ? { hiddenLabel } : {}), hint, error }
  const ids = useIds(labelled)
  return (
    <Frame {...labelled} ids={ids}>
      <select id={ids.id} aria-describedby={ids.described} className={cx(BOX, 'h-8 pr-7', className)} {...rest}>
        {children}
      </select>
    </Frame>
  )
}
