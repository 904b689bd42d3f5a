import type { ButtonHTMLAttributes, ReactNode } from 'react'
import { cx } from './class-names.ts'

/** How much a button wants to be pressed: `primary` once a view, `danger` for what cannot be undone. */
export type ButtonWeight = 'primary' | 'plain' | 'quiet' | 'danger'

/** What a {@link Button} takes besides the attributes of an HTML button. */
export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly weight?: ButtonWeight
  readonly icon?: ReactNode
  /** It works on something: it can not be pressed again, and says so. */
  readonly busy?: boolean
  /** As wide as it is high. */
  readonly square?: boolean
}

const LOOKS: Readonly<Record<ButtonWeight, string>> = {
  primary: 'bg-accent text-accent-text hover:brightness-110 border border-transparent',
  plain: 'bg-surface text-text border border-border hover:border-muted',
  quiet: 'text-muted hover:text-text hover:bg-text/5 border border-transparent',
  danger: 'bg-surface text-bad border border-border hover:border-bad',
}

/** A button that says what it does. */
export function Button({
  weight = 'plain',
  icon,
  busy,
  square,
  className,
  children,
  disabled,
  type,
  ...rest
}: ButtonProps) {
  return (
    <button
      type={type ?? 'button'}
      disabled={disabled || busy}
      aria-busy={busy}
      className={cx(
        'inline-flex h-8 items-center justify-center gap-1.5 whitespace-nowrap shrink-0 rounded-(--radius-base) font-medium transition-[filter,border-color,background-color] duration-120 disabled:cursor-default disabled:opacity-55',
        LOOKS[weight],
        square ? 'aspect-square [&>svg]:shrink-0' : 'px-3',
        className,
      )}
      {...rest}
    >
      {icon}
      {children}
    </button>
  )
}

/** What an {@link IconButton} takes. */
export interface IconButtonProps extends Omit<ButtonProps, 'children' | 'icon'> {
  /** What it does, for those who do not see the picture. */
  readonly label: string
  readonly children: ReactNode
}

/** A button of a picture alone. */
export function IconButton({ label, children, className, weight = 'quiet', ...rest }: IconButtonProps) {
  return (
    <Button weight={weight} square aria-label={label} title={label} {...(className ? { className } : {})} {...rest}>
      {children}
    </Button>
  )
}
