import { Link } from '@tanstack/react-router'
import { ChevronLeft, ChevronRight, Pencil, RefreshCw, ShieldAlert } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button, IconButton } from '../../design/button.tsx'
import { CopyButton } from '../../design/copy.tsx'
import { TextArea } from '../../design/field.tsx'
import { count, usd } from '../../design/format.ts'
import type { Turn } from './conversation.ts'

/** The first answer needs it, the first page does not. */
const Markdown = lazy(() => import('../../design/markdown.tsx').then((module) => ({ default: module.Markdown })))

/** What a turn is shown with. */
export interface TurnViewProps {
  readonly turn: Turn
  readonly versions: readonly Turn[]
  readonly busy: boolean
  readonly onShow: (version: Turn) => void
  readonly onEdit: (text: string) => void
  readonly onAgain: () => void
}

/** One message, with what one may do about it. */
export function TurnView(props: TurnViewProps) {
  return props.turn.role === 'user' ? <UserTurn {...props} /> : <AssistantTurn {...props} />
}

function Versions({ turn, versions, onShow }: Pick<TurnViewProps, 'turn' | 'versions' | 'onShow'>) {
  const { t } = useTranslation()
  if (versions.length < 2) return null
  const at = versions.findIndex(({ id }) => id === turn.id)
  const to = (index: number) => {
    const version = versions[index]
    if (version) onShow(version)
  }
  return (
    <span className="flex items-center text-small text-muted">
      <IconButton label="‹" className="h-7" disabled={at === 0} onClick={() => to(at - 1)}>
        <ChevronLeft size={14} aria-hidden />
      </IconButton>
      <span className="numbers">{t('chat.branch', { at: at + 1, of: versions.length })}</span>
      <IconButton label="›" className="h-7" disabled={at === versions.length - 1} onClick={() => to(at + 1)}>
        <ChevronRight size={14} aria-hidden />
      </IconButton>
    </span>
  )
}

const ROW =
  'mt-1 flex min-h-7 flex-wrap items-center gap-1 opacity-0 transition-opacity duration-120 group-hover:opacity-100 group-focus-within:opacity-100 [@media(hover:none)]:opacity-100'

function UserTurn({ turn, versions, busy, onShow, onEdit }: TurnViewProps) {
  const { t } = useTranslation()
  const [draft, setDraft] = useState<string>()
  if (draft !== undefined) {
    return (
      <div className="my-4 flex flex-col gap-2">
        <TextArea
          label={t('chat.edit')}
          hiddenLabel
          autoFocus
          rows={Math.min(12, draft.split('\n').length + 1)}
          value={draft}
          onChange={(event) => setDraft(event.target.value)}
          className="text-read"
        />
        <div className="flex justify-end gap-2">
          <Button onClick={() => setDraft(undefined)}>{t('app.cancel')}</Button>
          <Button
            weight="primary"
            disabled={draft.trim() === ''}
            onClick={() => {
              onEdit(draft.trim())
              setDraft(undefined)
            }}
          >
            {t('chat.send')}
          </Button>
        </div>
      </div>
    )
  }
  return (
    <div className="group my-4 flex flex-col items-end">
      <h3 className="sr-only">{t('chat.you')}</h3>
      <div className="max-w-[85%] rounded-[calc(var(--radius-base)+6px)] bg-text/6 px-3.5 py-2 text-read [overflow-wrap:anywhere]">
        {turn.attachments?.map((attachment) =>
          attachment.kind === 'image' ? (
            <img key={attachment.name} src={attachment.value} alt={attachment.name} className="mb-2 max-h-56 rounded" />
          ) : (
            <div key={attachment.name} className="mb-1 text-small text-muted">
              {attachment.name}
            </div>
          ),
        )}
        <div className="whitespace-pre-wrap">{turn.text}</div>
      </div>
      <div className={ROW}>
        <Versions turn={turn} versions={versions} onShow={onShow} />
        <IconButton label={t('chat.edit')} className="h-7" disabled={busy} onClick={() => setDraft(turn.text)}>
          <Pencil size={14} aria-hidden />
        </IconButton>
        <CopyButton text={turn.text} />
      </div>
    </div>
  )
}

function AssistantTurn({ turn, versions, busy, onShow, onAgain }: TurnViewProps) {
  const { t } = useTranslation()
  const { answer } = turn
  const isWaiting = answer?.state === 'running' && turn.text === ''
  return (
    <div className="group my-4">
      {isWaiting && (
        <p role="status" className="animate-pulse text-read text-muted">
          {t('chat.thinking')} …
        </p>
      )}
      {turn.text !== '' && (
        <Suspense fallback={<div className="prose whitespace-pre-wrap">{turn.text}</div>}>
          <Markdown text={turn.text} />
        </Suspense>
      )}
      {answer?.failure && <Failed turn={turn} />}
      {answer?.state !== 'running' && (
        <div className={ROW}>
          <Versions turn={turn} versions={versions} onShow={onShow} />
          <IconButton label={t('chat.regenerate')} className="h-7" disabled={busy} onClick={onAgain}>
            <RefreshCw size={14} aria-hidden />
          </IconButton>
          {turn.text !== '' && <CopyButton text={turn.text} />}
          <span className="numbers ml-1 text-small text-muted">
            {answer?.model}
            {answer?.costUsd !== undefined && ` · ${answer.costUsd === 0 ? t('chat.free') : usd(answer.costUsd * 1e9)}`}
            {answer?.inputTokens !== undefined &&
              ` · ${t('chat.tokens', { input: count(answer.inputTokens), output: count(answer.outputTokens ?? 0) })}`}
          </span>
        </div>
      )}
    </div>
  )
}

const LIMITS = new Set(['rate_limited', 'concurrency_limited', 'budget_exceeded', 'overloaded', 'draining'])

/** Why there is no answer: the rule's own words, and the number that leads to all the rest. */
function Failed({ turn }: { readonly turn: Turn }) {
  const { t } = useTranslation()
  const { failure, decisionId } = turn.answer ?? {}
  if (!failure) return null
  const isBlocked = failure.code === 'content_blocked'
  const title = isBlocked
    ? t('chat.blocked')
    : LIMITS.has(failure.code)
      ? t('chat.limited')
      : failure.code === 'access_denied'
        ? t('chat.denied')
        : failure.code === 'interrupted'
          ? t('chat.interrupted')
          : t('error.title')
  return (
    <div role="alert" className="mt-2 flex gap-3 rounded-(--radius-base) border border-border bg-surface p-3">
      <ShieldAlert size={18} aria-hidden className={isBlocked ? 'shrink-0 text-bad' : 'shrink-0 text-warn'} />
      <div className="min-w-0">
        <div className="font-medium">{title}</div>
        {failure.message && <p className="mt-0.5 [overflow-wrap:anywhere]">{failure.message}</p>}
        {isBlocked && failure.rule && (
          <p className="mt-1 text-muted">{t('chat.blockedHint', { rule: failure.rule })}</p>
        )}
        {failure.code === 'access_denied' && turn.answer && (
          <Link
            to="/approvals"
            search={{ on: `model:${turn.answer.model}` } as never}
            className="mt-2 inline-block text-accent underline underline-offset-2"
          >
            {t('chat.askAccess')}
          </Link>
        )}
        {decisionId && (
          <p className="mt-1 font-mono text-small text-muted [overflow-wrap:anywhere]">
            {t('chat.decision', { id: decisionId })}
          </p>
        )}
      </div>
    </div>
  )
}
