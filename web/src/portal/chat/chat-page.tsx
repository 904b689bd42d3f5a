import { useQuery } from '@tanstack/react-query'
import { Download, History, SquarePen, Trash2 } from 'lucide-react'
import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { meQuery, sessionQuery } from '../../api/session.ts'
import { useBrand } from '../../brand/brand.ts'
import { IconButton } from '../../design/button.tsx'
import { cx } from '../../design/class-names.ts'
import { Select } from '../../design/field.tsx'
import { Empty, Failure } from '../../design/states.tsx'
import { type Chats, useChats } from './chats.ts'
import { Composer } from './composer.tsx'
import { markdownOf, pathOf, showing, versionsOf } from './conversation.ts'
import { HistoryList } from './history-list.tsx'
import { useTalk } from './talk.ts'
import { TurnView } from './turn-view.tsx'

const MODEL_KEPT_AS = 'gatehouse.model'

/** The models that one may use, and the one that is chosen. */
function useModel() {
  const { data: me, error, refetch, isPending } = useQuery(meQuery)
  const models = me?.resources.filter(({ kind, may }) => kind === 'model' && may).map(({ name }) => name) ?? []
  const [chosen, setChosen] = useState(() => localStorage.getItem(MODEL_KEPT_AS) ?? '')
  const model = models.includes(chosen) ? chosen : (models[0] ?? '')
  const choose = (name: string) => {
    localStorage.setItem(MODEL_KEPT_AS, name)
    setChosen(name)
  }
  return { models, model, choose, error, refetch, isPending }
}

/** Chat: the most used page of all. */
export function ChatPage() {
  const { data: session } = useQuery(sessionQuery)
  return session ? <Chat key={session.user.id} user={session.user.id} /> : null
}

function Chat({ user }: { readonly user: string }) {
  const { t } = useTranslation()
  const { models, model, choose, error, refetch, isPending } = useModel()
  const chats = useChats(user)
  const talk = useTalk(chats, model)
  const [showsHistory, setShowsHistory] = useState(false)
  const path = pathOf(chats.current)
  if (error) return <Failure error={error} retry={() => void refetch()} />
  const open = (id: string | undefined) => {
    talk.stop()
    chats.open(id)
    setShowsHistory(false)
  }
  return (
    <div className="flex h-full">
      <section className="flex min-w-0 flex-1 flex-col" aria-label={t('chat.title')}>
        <header className="flex h-12 shrink-0 items-center gap-1 border-b border-border px-4">
          <h1 className="sr-only">{t('chat.title')}</h1>
          <div className="w-52 max-w-[55vw]">
            <Select
              label={t('chat.model')}
              hiddenLabel
              value={model}
              disabled={models.length === 0}
              onChange={(event) => choose(event.target.value)}
            >
              {models.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </Select>
          </div>
          <div className="ml-auto flex">
            {path.length > 0 && <ChatActions chats={chats} onDelete={() => chats.remove(chats.current.id)} />}
            <IconButton label={t('chat.new')} onClick={() => open(undefined)}>
              <SquarePen size={16} aria-hidden />
            </IconButton>
            <IconButton
              label={t('chat.history')}
              aria-expanded={showsHistory}
              onClick={() => setShowsHistory(!showsHistory)}
              className="lg:hidden"
            >
              <History size={16} aria-hidden />
            </IconButton>
          </div>
        </header>
        <Messages chats={chats} talk={talk} hasModel={isPending || models.length > 0} />
        <Composer
          chatId={chats.current.id}
          disabled={model === ''}
          isRunning={talk.isRunning}
          onSend={talk.say}
          onStop={talk.stop}
        />
      </section>
      <aside
        className={cx(
          'w-full shrink-0 border-l border-border bg-background lg:block lg:w-64',
          showsHistory
            ? 'fixed inset-x-0 bottom-0 top-24 z-10 md:left-[216px] md:top-12 md:w-auto lg:static'
            : 'hidden',
        )}
      >
        <HistoryList chats={chats.all} openId={chats.current.id} onOpen={open} />
      </aside>
    </div>
  )
}

function ChatActions({ chats, onDelete }: { readonly chats: Chats; readonly onDelete: () => void }) {
  const { t } = useTranslation()
  const { assistant } = useBrand()
  const save = () => {
    const text = markdownOf(chats.current, { you: t('chat.you'), assistant })
    const link = document.createElement('a')
    link.href = URL.createObjectURL(new Blob([text], { type: 'text/markdown' }))
    link.download = `${chats.current.title || t('chat.untitled')}.md`
    link.click()
    URL.revokeObjectURL(link.href)
  }
  return (
    <>
      <IconButton label={t('chat.export')} onClick={save}>
        <Download size={16} aria-hidden />
      </IconButton>
      <IconButton label={t('chat.delete')} onClick={onDelete}>
        <Trash2 size={16} aria-hidden />
      </IconButton>
    </>
  )
}

const NEAR_PX = 80

/** The messages; follows the answer for as long as the reader is at its end, and leaves them alone when they scroll up. */
function Messages({
  chats,
  talk,
  hasModel,
}: {
  readonly chats: Chats
  readonly talk: ReturnType<typeof useTalk>
  readonly hasModel: boolean
}) {
  const { t } = useTranslation()
  const { brand } = useBrand()
  const { current } = chats
  const path = pathOf(current)
  const frame = useRef<HTMLDivElement>(null)
  const follows = useRef(true)
  useEffect(() => {
    if (current.id) follows.current = true
  }, [current.id])
  useLayoutEffect(() => {
    const element = frame.current
    if (element && follows.current && path.length > 0) element.scrollTop = element.scrollHeight
  })
  const watch = () => {
    const element = frame.current
    if (element) follows.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX
  }
  if (path.length === 0) {
    return (
      <div className="grid min-h-0 flex-1 place-items-center overflow-y-auto">
        <Empty title={brand?.greeting ?? t('chat.greeting')}>{hasModel ? t('chat.empty') : t('chat.noModel')}</Empty>
      </div>
    )
  }
  return (
    <div ref={frame} onScroll={watch} tabIndex={0} className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto w-full max-w-[720px] px-4 py-2" aria-live="polite" aria-busy={talk.isRunning}>
        {path.map((turn) => (
          <TurnView
            key={turn.id}
            turn={turn}
            versions={versionsOf(current, turn)}
            busy={talk.isRunning}
            onShow={(version) => chats.change(current.id, (now) => showing(now, version))}
            onEdit={(text) => talk.edit(turn, text)}
            onAgain={() => talk.again(turn)}
          />
        ))}
      </div>
    </div>
  )
}
