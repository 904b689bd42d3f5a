import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { cx } from '../../design/class-names.ts'
import { Field } from '../../design/field.tsx'
import { ago } from '../../design/format.ts'
import type { Conversation } from './conversation.ts'

/** What the list is given. */
export interface HistoryListProps {
  readonly chats: readonly Conversation[]
  readonly openId: string
  readonly onOpen: (id: string) => void
}

/** Earlier chats, found by what was said in them. */
export function HistoryList({ chats, openId, onOpen }: HistoryListProps) {
  const { t } = useTranslation()
  const [wanted, setWanted] = useState('')
  const needle = wanted.trim().toLowerCase()
  const found = chats.filter(
    ({ title, turns }) =>
      needle === '' ||
      title.toLowerCase().includes(needle) ||
      turns.some(({ text }) => text.toLowerCase().includes(needle)),
  )
  return (
    <div className="flex h-full flex-col gap-2 p-3">
      <h2 className="text-small text-muted">{t('chat.history')}</h2>
      <Field
        label={t('chat.searchChats')}
        hiddenLabel
        type="search"
        placeholder={t('chat.searchChats')}
        value={wanted}
        onChange={(event) => setWanted(event.target.value)}
      />
      {chats.length === 0 && <p className="p-1 text-muted">{t('chat.historyEmpty')}</p>}
      <ul className="-mx-1 min-h-0 flex-1 overflow-y-auto">
        {found.map(({ id, title, updatedAt }) => (
          <li key={id}>
            <button
              type="button"
              aria-current={id === openId}
              onClick={() => onOpen(id)}
              className={cx(
                'flex w-full flex-col rounded-(--radius-base) px-2 py-1.5 text-left hover:bg-text/5',
                id === openId && 'bg-text/7',
              )}
            >
              <span className="w-full truncate">{title || t('chat.untitled')}</span>
              <span className="text-small text-muted">{ago(updatedAt, Date.now())}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  )
}
