import type { ReactNode } from 'react'
import { cx } from './class-names.ts'

/** What a badge says of its word. Never by colour alone: a sign stands before it. */
export type Tone = 'good' | 'warn' | 'bad' | 'info' | 'plain'

const TONES: Readonly<Record<Tone, string>> = {
  good: 'text-good',
  warn: 'text-warn',
  bad: 'text-bad',
  info: 'text-info',
  plain: 'text-muted',
}
const SIGNS: Readonly<Record<Tone, string>> = { good: '●', warn: '▲', bad: '■', info: '◆', plain: '○' }

/** A state in one word. */
export function Badge({ tone = 'plain', children }: { readonly tone?: Tone; readonly children: ReactNode }) {
  return (
    <span className={cx('inline-flex items-center gap-1.5 whitespace-nowrap', TONES[tone])}>
      <span aria-hidden className="text-[8px] leading-none">
        {SIGNS[tone]}
      </span>
      {children}
    </span>
  )
}

/** How much of something is used: a bar that says so in words too. */
export function Meter({ value, label }: { readonly value: number; readonly label: string }) {
  const share = Math.max(0, Math.min(1, value))
  const tone = share >= 1 ? 'bg-bad' : share >= 0.8 ? 'bg-warn' : 'bg-accent'
  return (
    <div
      role="meter"
      aria-label={label}
      aria-valuenow={Math.round(share * 100)}
      aria-valuemin={0}
      aria-valuemax={100}
      className="h-1.5 w-full overflow-hidden rounded-full bg-text/10"
    >
      <div className={cx('h-full rounded-full', tone)} style={{ width: `${share * 100}%` }} />
    </div>
  )
}
