import type { ReactNode } from 'react'
import { cx } from './class-names.ts'

/** What a {@link Page} is made of. */
export interface PageProps {
  readonly title: string
  /** At the right of the title. */
  readonly actions?: ReactNode
  /** Below the title: chips, tabs. */
  readonly bar?: ReactNode
  readonly children: ReactNode
  /** The content scrolls by itself (a table); else the page does. */
  readonly fills?: boolean
}

/** A page: its name, what may be done, and its content. */
export function Page({ title, actions, bar, children, fills }: PageProps) {
  return (
    <div className="flex h-full min-h-0 flex-col">
      <header className="flex min-h-14 flex-wrap items-center gap-x-4 gap-y-2 px-4 py-2 md:px-6">
        <h1 className="text-title">{title}</h1>
        <div className="ml-auto flex flex-wrap items-center gap-2">{actions}</div>
        {bar && <div className="w-full">{bar}</div>}
      </header>
      <div className={cx('min-h-0 flex-1', fills ? 'border-t border-border' : 'overflow-y-auto px-4 pb-10 md:px-6')}>
        {children}
      </div>
    </div>
  )
}

/** A part of a page under a name of its own. */
export function Section({
  title,
  actions,
  children,
}: {
  readonly title: string
  readonly actions?: ReactNode
  readonly children: ReactNode
}) {
  return (
    <section className="mt-6 first:mt-0">
      <div className="mb-2 flex min-h-8 items-center gap-2">
        <h2 className="text-read">{title}</h2>
        <div className="ml-auto flex gap-2">{actions}</div>
      </div>
      {children}
    </section>
  )
}

/** Names and what they are, one a line. */
export function Facts({ items }: { readonly items: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="grid grid-cols-[minmax(96px,auto)_1fr] gap-x-4 gap-y-1.5">
      {items.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-muted">{name}</dt>
          <dd className="min-w-0 [overflow-wrap:anywhere]">{value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** A number that one wants to know first, and where it comes from. */
export function Figure({
  label,
  value,
  note,
}: {
  readonly label: string
  readonly value: ReactNode
  readonly note?: ReactNode
}) {
  return (
    <div className="min-w-0">
      <div className="text-small text-muted">{label}</div>
      <div className="numbers mt-0.5 truncate text-display font-semibold tracking-tight">{value}</div>
      {note && <div className="numbers truncate text-small text-muted">{note}</div>}
    </div>
  )
}

/** Choices of which one holds, side by side. */
export function Segments<Value extends string>(props: {
  readonly label: string
  readonly value: Value
  readonly options: readonly (readonly [Value, string])[]
  readonly onChange: (value: Value) => void
}) {
  return (
    <fieldset className="inline-flex rounded-(--radius-base) border border-border bg-surface p-0.5">
      <legend className="sr-only">{props.label}</legend>
      {props.options.map(([value, title]) => (
        <button
          key={value}
          type="button"
          aria-pressed={value === props.value}
          onClick={() => props.onChange(value)}
          className={cx(
            'h-7 rounded-[calc(var(--radius-base)-2px)] px-2.5 text-muted hover:text-text',
            value === props.value && 'bg-text/8 font-medium text-text',
          )}
        >
          {title}
        </button>
      ))}
    </fieldset>
  )
}
