import { useTranslation } from 'react-i18next'
import type { ForesightAnswer } from '../../../src/contract/documents.ts'
import type { ReplayAnswer } from '../../../src/contract/foresight.ts'
import { Badge, type Tone } from '../design/badge.tsx'
import { count, day } from '../design/format.ts'

type Effect = ForesightAnswer['effects'][number]

const TONES: Readonly<Record<Effect['weight'], Tone>> = {
  gives: 'good',
  strengthens: 'good',
  takes: 'bad',
  weakens: 'warn',
  note: 'info',
}
const SHOWN = 6

/** Whom a change would touch, one consequence a line. */
export function Effects({ effects }: { readonly effects: readonly Effect[] }) {
  const { t } = useTranslation()
  return (
    <ul>
      {effects.map(({ weight, subject, summary, names, count: total }) => (
        <li key={`${subject} ${summary}`} className="border-b border-border/60 py-2">
          <div className="flex flex-wrap items-center gap-x-3">
            <Badge tone={TONES[weight]}>{t(`foresight.${weight}`)}</Badge>
            <span className="min-w-0 flex-1 [overflow-wrap:anywhere]">{summary}</span>
            <code className="font-mono text-small text-muted">{subject}</code>
          </div>
          {total > 1 && names.length > 0 && (
            <p className="mt-0.5 text-small text-muted [overflow-wrap:anywhere]">
              {names.slice(0, SHOWN).join(', ')}
              {total > SHOWN && ` ${t('foresight.andMore', { count: total - Math.min(SHOWN, names.length) })}`}
            </p>
          )}
        </li>
      ))}
    </ul>
  )
}

/** What a change would have done to what was recorded, and what of it cannot be known. */
export function Replay({ replay }: { readonly replay: ReplayAnswer }) {
  const { t } = useTranslation()
  const touched = replay.changed.reduce((sum, { count: some }) => sum + some, 0)
  return (
    <div>
      <p className="text-read">
        {replay.replayed === 0
          ? t('foresight.nothingRecorded')
          : t('foresight.touched', { touched: count(touched), of: count(replay.replayed) })}
      </p>
      <p className="text-small text-muted">
        {day(replay.from)} – {day(replay.to)}
      </p>
      {replay.changed.length > 0 && (
        <ul className="mt-2">
          {replay.changed.map((change) => (
            <li key={JSON.stringify(change)} className="border-b border-border/60 py-2">
              <div className="numbers flex flex-wrap items-baseline gap-x-3">
                <span className="w-12 text-right font-medium">{count(change.count)}</span>
                <span>
                  {t(`foresight.${change.before}`)} → <strong>{t(`foresight.${change.after}`)}</strong>
                </span>
                <span className="text-muted">{change.by}</span>
              </div>
              <p className="mt-0.5 pl-15 text-small text-muted [overflow-wrap:anywhere]">
                {[...change.principals.slice(0, SHOWN), ...change.models.slice(0, SHOWN)].join(', ')}
              </p>
            </li>
          ))}
        </ul>
      )}
      <ul className="mt-2 text-small text-muted">
        {replay.notReplayed.map(({ reason, count: some }) => (
          <li key={reason}>{t('foresight.unknownFor', { count: some, reason })}</li>
        ))}
        {replay.notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
    </div>
  )
}
