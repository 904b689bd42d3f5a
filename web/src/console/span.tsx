import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Segments } from '../design/page.tsx'
import { useAddress } from '../shell/search.ts'

const SPANS = { hour: 3_600_000, day: 86_400_000, week: 604_800_000, month: 2_592_000_000 } as const
type Span = keyof typeof SPANS

const MINUTE_MS = 60_000

/** The time that a page looks at: kept in its address as `span`. `from` is RFC 3339. */
export function useSpan(usual: Span): { readonly span: Span; readonly from: string } {
  const [search] = useAddress()
  const given = search.span
  const span: Span = given === 'hour' || given === 'day' || given === 'week' || given === 'month' ? given : usual
  // To the minute, so that what was read is not read again at every stroke.
  const from = useMemo(
    () => new Date(Math.floor((Date.now() - SPANS[span]) / MINUTE_MS) * MINUTE_MS).toISOString(),
    [span],
  )
  return { span, from }
}

/** Chooses it. */
export function SpanSwitch({ usual }: { readonly usual: Span }) {
  const { t } = useTranslation()
  const [, change] = useAddress()
  const { span } = useSpan(usual)
  const options = (Object.keys(SPANS) as Span[]).map((name) => [name, t(`requests.${name}`)] as const)
  return (
    <Segments
      label={t('requests.range')}
      value={span}
      options={options}
      onChange={(next) => change({ span: next === usual ? undefined : next })}
    />
  )
}
